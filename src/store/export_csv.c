/* One table with a row for each (session, gain). */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <rnnchaos/store.h>

#include "store/output.h"
#include "study/number.h"

static bool in_table(const rc_variable *variable) {
    return variable->dims[0] == RC_DIM_SESSION && variable->dims[1] == RC_DIM_GAIN && variable->dims[2] == RC_DIM_NONE;
}

static bool ends_in_unit(const rc_variable *variable) {
    size_t n = strlen(variable->name), n_unit = strlen(variable->units);
    return n > n_unit && variable->name[n - n_unit - 1] == '_' && !strcmp(variable->name + n - n_unit, variable->units);
}

/* "name", or "name (unit)" if there is a unit that the name does not say. */
static void put_heading(rc_output *output, const rc_variable *variable) {
    rc_output_text(output, variable->name);
    if (!strcmp(variable->units, "1") || ends_in_unit(variable)) return;
    rc_output_text(output, " (");
    rc_output_text(output, variable->units);
    rc_output_text(output, ")");
}

static void put_number(rc_output *output, double value) {
    char text[RC_NUMBER_SIZE] = "NaN"; /* as Python, R and MATLAB read it */
    if (!isnan(value)) rc_number_print(value, text);
    rc_output_text(output, text);
}

static void put_value(rc_output *output, const rc_variable *variable, const void *data, size_t index) {
    char name[64];
    if (variable->flag_meanings) {
        rc_variable_flag_name(variable, ((const int32_t *)data)[index], name, sizeof name);
        rc_output_text(output, name);
    } else if (variable->type == RC_INT32) {
        put_number(output, ((const int32_t *)data)[index]);
    } else if (variable->type == RC_INT64) {
        put_number(output, (double)((const int64_t *)data)[index]);
    } else {
        put_number(output, ((const double *)data)[index]);
    }
}

static void put_headings(rc_output *output) {
    rc_output_text(output, "session,gain,n_trials");
    for (size_t i = 0; i < rc_n_variables; i++) {
        if (!in_table(&rc_variable_table[i])) continue;
        rc_output_text(output, ",");
        put_heading(output, &rc_variable_table[i]);
    }
    rc_output_text(output, "\n");
}

static void put_row(rc_output *output, const rc_results *results, size_t session, size_t gain) {
    const rc_study *study = results->study;
    put_number(output, study->sessions[session]);
    rc_output_text(output, ",");
    put_number(output, study->gains[gain]);
    rc_output_text(output, ",");
    put_number(output, (double)study->n_trials);
    for (size_t i = 0; i < rc_n_variables; i++) {
        const rc_variable *variable = &rc_variable_table[i];
        if (!in_table(variable)) continue;
        rc_output_text(output, ",");
        put_value(output, variable, rc_variable_data(results, variable), session * study->n_gains + gain);
    }
    rc_output_text(output, "\n");
}

rc_status rc_results_export_csv(const rc_results *results, const char *path) {
    rc_output output;
    rc_output_open(path, &output);
    put_headings(&output);
    for (size_t session = 0; session < results->study->n_sessions; session++)
        for (size_t gain = 0; gain < results->study->n_gains; gain++) put_row(&output, results, session, gain);
    return rc_output_finish(&output);
}
