#include "network/candidates.h"

#include <stdio.h>
#include <string.h>

void rc_candidates_add(rc_candidates *candidates, const char *name, size_t n_name) {
    char shown[RC_SHOWN_SIZE];
    size_t used = strlen(candidates->list), room = sizeof candidates->list - used;
    rc_shown(name, n_name, shown);
    if (strlen(shown) + 8 < room)
        snprintf(candidates->list + used, room, "%s%s", used ? ", " : "", shown);
    else if (room > 6)
        strcpy(candidates->list + used, ", ...");
    if (candidates->n++ == 0) strcpy(candidates->first, shown);
}

rc_status rc_candidates_check(const rc_candidates *candidates, const rc_source *source) {
    if (candidates->n == 1) return RC_OK;
    if (candidates->n == 0)
        return rc_source_invalid(source, "expected an array [neuron, neuron], best named weights, found none");
    return rc_source_invalid(source,
                             "expected one array [neuron, neuron], or one named weights, found %zu: %s; "
                             "name one after the file and a colon",
                             candidates->n, candidates->list);
}
