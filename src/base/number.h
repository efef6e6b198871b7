/* Numbers as text, the same in every locale. */
#ifndef RC_BASE_NUMBER_H
#define RC_BASE_NUMBER_H

#define RC_NUMBER_SIZE 40

/* The shortest decimal text that reads back as the same double, with a point
 * whatever the locale: "10", "0.1", "1e-300", "NaN", "inf". */
void rc_number_format(double value, char text[RC_NUMBER_SIZE]);

#endif
