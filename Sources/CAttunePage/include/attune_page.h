#ifndef ATTUNE_PAGE_H
#define ATTUNE_PAGE_H

#include <stddef.h>

/// A file of the web page, as it lies in `assets`.
struct attune_page_asset {
    /// Below `assets`, such as `charts/history.js`.
    const char *path;
    const unsigned char *bytes;
    size_t size;
};

/// Every file of the page, by path.
extern const struct attune_page_asset *const attune_page_asset_table;
extern const size_t attune_page_asset_count;

/// The JSON Schema of an Experiment, as the documentation has it.
extern const struct attune_page_asset attune_page_schema;

#endif
