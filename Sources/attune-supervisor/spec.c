#define _GNU_SOURCE
#include "spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char format[] = "attune-spec-1";

/// The fields not read yet.
struct fields {
    char *next;
    char *end;
};

/// The next field, or NULL when there is none or it lacks its NUL.
static char *next_field(struct fields *fields) {
    char *field = fields->next;
    char *nul = memchr(field, 0, (size_t)(fields->end - field));
    if (nul == NULL) return NULL;
    fields->next = nul + 1;
    return field;
}

static bool next_number(struct fields *fields, int64_t most, int64_t *number) {
    char *field = next_field(fields);
    if (field == NULL || *field < '0' || *field > '9') return false;
    char *end;
    errno = 0;
    *number = strtoll(field, &end, 10);
    return errno == 0 && *end == 0 && *number <= most;
}

/// A count and that many strings, as an array ended by NULL.
static bool next_list(struct fields *fields, char ***list) {
    int64_t count;
    if (!next_number(fields, fields->end - fields->next, &count)) return false;
    *list = calloc((size_t)count + 1, sizeof **list);
    if (*list == NULL) return false;
    for (int64_t i = 0; i < count; i++)
        if (((*list)[i] = next_field(fields)) == NULL) return false;
    return true;
}

static bool parse(struct fields *fields, struct spec *spec) {
    const int64_t century_ms = INT64_C(100) * 366 * 24 * 3600 * 1000;
    const char *name = next_field(fields);
    return name != NULL && strcmp(name, format) == 0
        && (spec->directory = next_field(fields)) != NULL
        && next_number(fields, century_ms, &spec->timeout_ms)
        && next_number(fields, century_ms, &spec->grace_ms)
        && next_list(fields, &spec->arguments) && spec->arguments[0] != NULL
        && next_list(fields, &spec->environment)
        && fields->next == fields->end;
}

/// Reads the whole file into memory of its own.
static bool read_all(int file, struct fields *fields) {
    struct stat status;
    if (fstat(file, &status) != 0) return false;
    size_t size = (size_t)status.st_size, have = 0;
    char *bytes = malloc(size + 1);
    if (bytes == NULL) return false;
    while (have < size) {
        ssize_t count = read(file, bytes + have, size - have);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        if (count == 0) break;
        have += (size_t)count;
    }
    *fields = (struct fields){ .next = bytes, .end = bytes + have };
    return true;
}

const char *spec_read(int directory, struct spec *spec) {
    struct fields fields;
    int file = openat(directory, "spec", O_RDONLY | O_CLOEXEC);
    if (file < 0 || !read_all(file, &fields)) return strerror(errno);
    close(file);
    return parse(&fields, spec) ? NULL : "not a whole attune-spec-1 file";
}
