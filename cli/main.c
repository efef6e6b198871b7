#include <rnnchaos/rnnchaos.h>
#include <stdio.h>

int main(void) {
    printf("rnnchaos\n");
    return 0;
}
