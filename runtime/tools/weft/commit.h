// The commit that this build is of; commit.cmake writes it.
#pragma once

namespace weft::tool {

extern const char* const kCommit; // twelve digits, "+" behind them if files were changed; "unknown" without git

} // namespace weft::tool
