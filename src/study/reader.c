/* YAML events to values. libyaml knows the syntax; what a study may say is
 * decided here and in the schema. Nothing is built up but the values, so
 * memory is bounded by the length of the lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "study/draft.h"
#include "study/value.h"

typedef struct rc_reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    rc_place place;     /* where it stands */
    const char *text;
    size_t length;
    rc_draft *draft;
    size_t block_line[RC_N_BLOCKS]; /* where a block began; 0: not yet */
} rc_reader;

/* libyaml gives no mark for bytes that it cannot decode, only their offset. */
static void find_offset(const rc_reader *reader, size_t offset, rc_place *place) {
    place->line = place->column = 1;
    for (size_t i = 0; i < offset && i < reader->length; i++) {
        if (reader->text[i] == '\n') {
            place->line++;
            place->column = 1;
        } else if (((unsigned char)reader->text[i] & 0xc0) != 0x80) {
            place->column++;
        }
    }
}

static rc_status fail_syntax(rc_reader *reader) {
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "not readable";
    rc_place place = reader->place;
    if (parser->error == YAML_MEMORY_ERROR) return rc_fail(RC_NO_MEMORY, "%s: no memory to parse it", place.source);
    if (parser->error == YAML_READER_ERROR) {
        find_offset(reader, parser->problem_offset, &place);
        return rc_fail_at(&place, "this is not UTF-8 text: %s", problem);
    }
    place.line = parser->problem_mark.line + 1;
    place.column = parser->problem_mark.column + 1;
    const char *context = parser->context ? parser->context : "";
    return rc_fail_at(&place, "this is not YAML: %s%s%s", context, *context ? ", " : "", problem);
}

/* Anchors, aliases and tags have no use in a study, and would give a value a
 * second meaning. */
static const char *find_foreign(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_ALIAS_EVENT: return "an alias (*)";
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.anchor) return "an anchor (&)";
        return event->data.scalar.tag ? "a tag (!)" : NULL;
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor) return "an anchor (&)";
        return event->data.sequence_start.tag ? "a tag (!)" : NULL;
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor) return "an anchor (&)";
        return event->data.mapping_start.tag ? "a tag (!)" : NULL;
    default: return NULL;
    }
}

static rc_status next_event(rc_reader *reader) {
    yaml_event_delete(&reader->event);
    if (!yaml_parser_parse(&reader->parser, &reader->event)) return fail_syntax(reader);
    reader->place.line = reader->event.start_mark.line + 1;
    reader->place.column = reader->event.start_mark.column + 1;
    const char *foreign = find_foreign(&reader->event);
    if (foreign) return rc_fail_at(&reader->place, "expected a plain value, found %s", foreign);
    return RC_OK;
}

static rc_scalar current_scalar(const rc_reader *reader) {
    return (rc_scalar){
        .text = (const char *)reader->event.data.scalar.value,
        .length = reader->event.data.scalar.length,
        .is_quoted = reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE,
        .place = reader->place,
    };
}

static bool is_nothing(const rc_reader *reader) {
    if (reader->event.type != YAML_SCALAR_EVENT) return false;
    rc_scalar scalar = current_scalar(reader);
    return scalar.length == 0 && !scalar.is_quoted;
}

static const char *describe_collection(const rc_reader *reader) {
    return reader->event.type == YAML_SEQUENCE_START_EVENT ? "a list" : "a mapping";
}

static rc_status read_list(rc_reader *reader, const rc_key *key) {
    rc_status status = RC_OK;
    rc_list list = {0};
    rc_place place = reader->place;
    for (;;) {
        RC_TRY(next_event(reader));
        if (reader->event.type == YAML_SEQUENCE_END_EVENT) break;
        if (reader->event.type != YAML_SCALAR_EVENT) {
            RC_TRY(rc_value_unexpected(key, &reader->place, describe_collection(reader)));
        }
        rc_scalar scalar = current_scalar(reader);
        RC_TRY(rc_list_add(&list, key, &scalar));
    }
    status = rc_list_set(&list, key, &place, reader->draft->study);
done:
    free(list.elements);
    return status;
}

/* Reads the value of a key, which is the current event. */
static rc_status read_value(rc_reader *reader, size_t k) {
    const rc_key *key = &rc_schema[k];
    reader->draft->place[k] = reader->place;
    if (reader->event.type == YAML_SCALAR_EVENT) {
        rc_scalar scalar = current_scalar(reader);
        return rc_value_set(key, &scalar, reader->draft->study);
    }
    if (reader->event.type == YAML_SEQUENCE_START_EVENT && rc_value_is_list(key)) return read_list(reader, key);
    return rc_value_unexpected(key, &reader->place, describe_collection(reader));
}

static rc_status fail_unknown(const rc_place *place, const char *name, size_t length) {
    char excerpt[RC_MAX_KEY_NAME + 3];
    rc_excerpt(name, length, sizeof excerpt, excerpt);
    return rc_fail_at(place, "unknown key %s; the nearest known key is '%s'", excerpt, rc_schema_nearest(name));
}

static rc_status read_mapping(rc_reader *reader, const rc_block *block);

static rc_status read_block(rc_reader *reader, size_t b) {
    const rc_block *block = &rc_schema_blocks[b];
    if (reader->block_line[b]) {
        return rc_fail_at(&reader->place, "the key '%s' is repeated; it is on line %zu already", block->name,
                          reader->block_line[b]);
    }
    reader->block_line[b] = reader->place.line;
    rc_status status = next_event(reader);
    if (status != RC_OK || is_nothing(reader)) return status;
    if (reader->event.type == YAML_MAPPING_START_EVENT) return read_mapping(reader, block);
    const char *found = reader->event.type == YAML_SCALAR_EVENT ? "a single value" : describe_collection(reader);
    return rc_fail_at(&reader->place, "%s: expected a block of keys, found %s", block->name, found);
}

/* Reads one key, which is the current event, and its value. */
static rc_status read_entry(rc_reader *reader, const rc_block *block) {
    rc_scalar scalar = current_scalar(reader);
    char name[2 * RC_MAX_KEY_NAME];
    int length = snprintf(name, sizeof name, "%s%s%s", block ? block->name : "", block ? "." : "", scalar.text);
    bool is_whole = strlen(scalar.text) == scalar.length && (size_t)length < sizeof name;
    size_t k = is_whole ? rc_schema_find(name) : RC_N_KEYS;
    size_t b = is_whole && !block ? rc_schema_find_block(name) : RC_N_BLOCKS;
    if (b < RC_N_BLOCKS) return read_block(reader, b);
    if (k == RC_N_KEYS) return fail_unknown(&reader->place, name, strlen(name));
    if (!block && strchr(name, '.')) {
        return rc_fail_at(&reader->place, "in a file, write '%s' as '%s:' inside the block '%.*s:'", name,
                          rc_key_leaf(&rc_schema[k]), (int)rc_key_block_length(&rc_schema[k]), name);
    }
    const rc_place *first = &reader->draft->place[k];
    if (first->kind == RC_PLACE_FILE) {
        return rc_fail_at(&reader->place, "the key '%s' is repeated; it has a value on line %zu already", name,
                          first->line);
    }
    rc_status status = next_event(reader);
    return status == RC_OK ? read_value(reader, k) : status;
}

static rc_status read_mapping(rc_reader *reader, const rc_block *block) {
    for (;;) {
        rc_status status = next_event(reader);
        if (status != RC_OK || reader->event.type == YAML_MAPPING_END_EVENT) return status;
        if (reader->event.type != YAML_SCALAR_EVENT) {
            return rc_fail_at(&reader->place, "expected a key, found %s", describe_collection(reader));
        }
        status = read_entry(reader, block);
        if (status != RC_OK) return status;
    }
}

static rc_status read_root(rc_reader *reader) {
    if (is_nothing(reader)) return RC_OK;
    if (reader->event.type == YAML_MAPPING_START_EVENT) return read_mapping(reader, NULL);
    const char *found = reader->event.type == YAML_SCALAR_EVENT ? "a single value" : describe_collection(reader);
    return rc_fail_at(&reader->place, "expected the keys of a study, such as 'trials: 20', found %s", found);
}

/* Reads the one document of a text: the value of `key`, or all of a study if
 * key is RC_N_KEYS. */
static rc_status read_document(rc_reader *reader, size_t key) {
    rc_status status = RC_OK;
    RC_TRY(next_event(reader)); /* the start of the stream */
    RC_TRY(next_event(reader));
    if (reader->event.type == YAML_STREAM_END_EVENT) {
        return key == RC_N_KEYS ? RC_OK : rc_value_unexpected(&rc_schema[key], &reader->place, "nothing");
    }
    RC_TRY(next_event(reader));
    RC_TRY(key == RC_N_KEYS ? read_root(reader) : read_value(reader, key));
    RC_TRY(next_event(reader)); /* the end of the document */
    RC_TRY(next_event(reader));
    if (reader->event.type != YAML_STREAM_END_EVENT) {
        status = rc_fail_at(&reader->place, "expected the end of the study, found a second YAML document");
    }
done:
    return status;
}

/* A study has no tags, and libyaml takes quadratic time for their prefixes:
 * minutes for a file of them. */
static rc_status refuse_tag_prefixes(const rc_reader *reader) {
    static const char directive[] = "%TAG";
    const char *text = reader->text, *end = text + reader->length;
    for (const char *c = text; (c = memmem(c, (size_t)(end - c), directive, sizeof directive - 1)); c++) {
        if (c != text && c[-1] != '\n' && c[-1] != '\r') continue;
        rc_place place = reader->place;
        find_offset(reader, (size_t)(c - text), &place);
        return rc_fail_at(&place, "expected the keys of a study, found a tag prefix (%s)", directive);
    }
    return RC_OK;
}

static rc_status read_text(rc_draft *draft, const char *text, size_t length, const rc_place *place, size_t key) {
    rc_reader reader = {.place = *place, .text = text, .length = length, .draft = draft};
    if (!yaml_parser_initialize(&reader.parser)) return rc_fail(RC_NO_MEMORY, "%s: no memory to parse", place->source);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    rc_status status = refuse_tag_prefixes(&reader);
    if (status == RC_OK) status = read_document(&reader, key);
    yaml_event_delete(&reader.event);
    yaml_parser_delete(&reader.parser);
    return status;
}

rc_status rc_draft_read_file(rc_draft *draft, const char *text, size_t length, const char *name) {
    rc_place place = {.kind = RC_PLACE_FILE, .source = name, .line = 1, .column = 1};
    if (length > RC_MAX_FILE) return rc_fail_at(&place, "a study has at most %d bytes", RC_MAX_FILE);
    return read_text(draft, text, length, &place, RC_N_KEYS);
}

rc_status rc_draft_read_setting(rc_draft *draft, const char *setting, size_t order) {
    rc_place place = {.kind = RC_PLACE_SETTING, .source = setting, .order = order};
    const char *equals = strchr(setting, '=');
    if (!equals) return rc_fail_at(&place, "expected KEY=VALUE, such as trials=20");
    size_t length = (size_t)(equals - setting);
    char name[2 * RC_MAX_KEY_NAME];
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name), setting);
    size_t k = rc_schema_find(name);
    if (rc_schema_find_block(name) < RC_N_BLOCKS) {
        return rc_fail_at(&place, "'%s' is a block of keys; set one of them by its whole name, %s.KEY", name, name);
    }
    if (k == RC_N_KEYS) return fail_unknown(&place, name, strlen(name));
    if (strlen(equals + 1) > RC_MAX_FILE) return rc_fail_at(&place, "a value has at most %d bytes", RC_MAX_FILE);
    return read_text(draft, equals + 1, strlen(equals + 1), &place, k);
}

rc_status rc_draft_read_defaults(rc_draft *draft) {
    rc_status status = RC_OK;
    for (size_t k = 0; k < RC_N_KEYS; k++) {
        const rc_key *key = &rc_schema[k];
        rc_place place = {.kind = RC_PLACE_DEFAULT, .source = key->name};
        RC_TRY(read_text(draft, key->initial, strlen(key->initial), &place, k));
    }
done:
    return status;
}
