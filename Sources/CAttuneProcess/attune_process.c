#include "attune_process.h"
