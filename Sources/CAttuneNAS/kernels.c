#include "attune_nas.h"

#include <string.h>

#include "../CAttuneMath/dispatch.h"

// Contracted to fused multiply-adds where the machine has them.
#pragma clang fp contract(fast)

#define REAL float
#define NAME(name) attune_f32_##name
#include "kernels.inc"
#undef REAL
#undef NAME

#define REAL double
#define NAME(name) attune_f64_##name
#include "kernels.inc"
