# Writes OUT, a header with the commit being built; touches it only when the commit changes, so that a build
# compiles one file more at most. Runs at every build: cmake -DSOURCE=... -DOUT=... -P commit.cmake
set(commit unknown)
find_program(git git)
if(git AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND "${git}" describe --always --dirty --abbrev=12 --exclude=*
                  WORKING_DIRECTORY "${SOURCE}" RESULT_VARIABLE failed
                  OUTPUT_VARIABLE answer ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed)
    set(commit "${answer}")
  endif()
endif()
set(text "#define BENCH_COMMIT \"${commit}\"\n")
set(present "")
if(EXISTS "${OUT}")
  file(READ "${OUT}" present)
endif()
if(NOT text STREQUAL present)
  file(WRITE "${OUT}" "${text}")
endif()
