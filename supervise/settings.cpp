#include "supervise/settings.hpp"
