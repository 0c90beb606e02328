// What a run leaves behind as evidence (README.md): token, journal, violations, the count of lines sent.
// All functions may be called from a signal handler once begin() has returned.
#pragma once

#include <cstdint>
#include <string_view>

namespace reeve::survivor {

// Where the evidence is kept, from now on: a directory, made if it is not there. Without it the working directory.
bool keep_evidence_in(const char* directory);

// Takes the token of `role`, which children inherit. If another process has it that is written down. False if
// the evidence cannot be written.
bool take_token(std::string_view role);

// Writes the start into the journal: of the calling process, now.
bool note_start(std::string_view role);
void note_end(int code);
// A moment that counts: `ready` before it is said, `asked` when a stop signal came.
void note(std::string_view what);

// Writes a violation if a process of the service `other`, whose evidence lies beside this one's, is alive.
void must_not_live(std::string_view other, std::string_view while_this);

// How many lines were sent: at a place that the file system keeps, whatever ends the process.
volatile std::uint64_t* open_count();

// PID.NANOSECONDS of note_start.
std::string_view run_id();

} // namespace reeve::survivor
