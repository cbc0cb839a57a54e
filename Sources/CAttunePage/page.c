#include "attune_page.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#include "assets.inc"

const struct attune_page_asset *const attune_page_asset_table = assets;
const size_t attune_page_asset_count = sizeof assets / sizeof assets[0];

static const unsigned char schema[] = {
#embed "../../docs/experiment.schema.json"
};

const struct attune_page_asset attune_page_schema = {"experiment.schema.json", schema, sizeof schema};
