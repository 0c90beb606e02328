#include "supervise/settings_reader.hpp"
