#include "attune_nas.h"

#include <stdint.h>
#include <string.h>

#include "../CAttuneMath/dispatch.h"

// Contracted to fused multiply-adds where the machine has them.
#pragma clang fp contract(fast)

#define REAL float
#define INTEGER int32_t
#define NAME(name) attune_f32_##name
#include "kernels.inc"
#undef REAL
#undef INTEGER
#undef NAME

#define REAL double
#define INTEGER int64_t
#define NAME(name) attune_f64_##name
#include "kernels.inc"
