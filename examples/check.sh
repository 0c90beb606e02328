#!/bin/bash
# Part of examples/run --check, which sources it: kills the parts of the running tree one by one, and asserts after
# each that the application answers again, that everything else went on undisturbed, and that nothing runs twice.
# What the engine does is asserted in check-relations.sh.
# Uses of examples/run: dir, url, svscan_pid; say, fail, await, value_of, tree_processes, start_svscan, stop_tree.
# shellcheck disable=SC2154
visits=0 page=''

# field NAME: of the page.
field() { sed -n "s/^$1 //p" <<<"$page"; }

# The application answers, and its counter goes on.
answers() {
  local before=$visits
  page=$(curl -fs --max-time 5 "$url") || return 1
  visits=$(field visits)
  [ "$visits" -gt "$before" ] || fail "the counter went from $before to $visits"
}

# facts NAME…: main process, supervise, starts of each service and logger, to be compared.
facts() { (cd "$dir/services" && svstat -l "$@" | sed -nE 's/^([^ :]+): .*/\1/p; s/^    (pid|supervise pid|starts) +/  \1 /p'); }
# (metrics and flaky end and start all the time.)
everything() {
  facts storage redis schema memcached app web audit depengine {redis,memcached,app,web,audit,metrics,flaky,depengine}/log .svscan/log
}
# The same without some: everything_but 'app|web'
everything_but() { everything | awk -v but="^($1)\$" '/^[^ ]/ { skip = $0 ~ but } !skip'; }
# And without the number of a supervise that was killed.
but_for_supervisors() { grep -v '^  supervise pid'; }

unchanged() { # WHAT BEFORE NOW
  [ "$2" = "$3" ] || fail "$1 was not left alone: $(diff <(echo "$2") <(echo "$3"))"
}

# comm_of PID VARIABLE, parent_of PID VARIABLE: without a process for each question.
comm_of() { { read -r "$2" <"/proc/$1/comm"; } 2>/dev/null; }
parent_of() {
  local key value
  while read -r key value; do
    if [ "$key" = PPid: ]; then printf -v "$2" %s "$value" && return; fi
  done 2>/dev/null <"/proc/$1/status"
}

# Of each of these programs exactly one process of this tree has no parent of the same name.
nothing_runs_twice() {
  local pid name parent above programs=(nginx redis-server memcached visit-counter)
  local -A found=()
  for pid in $(tree_processes); do
    name='' parent='' above=''
    comm_of "$pid" name
    [[ " ${programs[*]} " == *" $name "* ]] || continue
    parent_of "$pid" parent
    comm_of "$parent" above
    [ "$above" = "$name" ] || found[$name]+=" $pid"
  done
  for name in "${programs[@]}"; do
    [[ ${found[$name]-} =~ ^\ [0-9]+$ ]] || fail "$name does not run exactly once:${found[$name]-}"
  done
}

has_another_pid() { # NAME OLD: ready again, as another process
  local now
  now=$(value_of "$1" pid)
  [ "$(value_of "$1" phase)" = ready ] && [ "$now" != "$2" ] && [ "$now" != - ]
}

# A service's main process is killed: that service runs again, once, and so does one that is bound to it (binds-to);
# all others are left alone.
kill_service() { # NAME [BOUND]
  local name=$1 bound=${2-} old old_bound='' others starts
  say "kill -9 of $name"
  old=$(value_of "$name" pid) starts=$(value_of "$name" starts) others=$(everything_but "$name${bound:+|$bound}")
  [ -z "$bound" ] || old_bound=$(value_of "$bound" pid)
  kill -KILL "$old" || fail "$name: there is no process $old"
  await 20 "$name is ready again" has_another_pid "$name" "$old"
  await 20 "the application answers again" answers
  [ -z "$bound" ] || await 20 "$bound is bound to the new $name" bound_to_the_new_one "$bound" "$old_bound" "$name"
  await 20 "the engine has nothing left to do" settled
  unchanged "the rest" "$others" "$(everything_but "$name${bound:+|$bound}")"
  [ "$(value_of "$name" starts)" -eq $((starts + 1)) ] || fail "$name: $starts starts became $(value_of "$name" starts)"
  nothing_runs_twice
  echo "it answers: visit $visits; the others went on"
}

children_of() { cat "/proc/$1/task/$1/children" 2>/dev/null; }
has_other_workers() { # MASTER OLD…
  local now worker count=0
  now=" $(children_of "$1") "
  shift
  for worker in $now; do count=$((count + 1)); done
  [ $count -ge $# ] || return 1
  for worker; do [[ $now != *" $worker "* ]] || return 1; done
}

kill_workers() {
  local master workers before
  say "kill -9 of nginx's workers"
  master=$(value_of web pid) before=$(everything)
  read -ra workers < <(children_of "$master")
  [ ${#workers[@]} -ge 1 ] || fail "nginx has no workers"
  kill -KILL "${workers[@]}"
  await 20 "new workers" has_other_workers "$master" "${workers[@]}"
  await 20 "the application answers again" answers
  unchanged "the tree" "$before" "$(everything)"
  nothing_runs_twice
  echo "it answers: visit $visits; the master replaced them, the tree did not notice"
}

has_another_supervise() { # NAME OLD
  local now
  now=$(value_of "$1" 'supervise pid')
  [ -n "$now" ] && [ "$now" != - ] && [ "$now" != "$2" ] && svok "$dir/services/$1"
}

kill_supervise() {
  local name=$1 old before
  say "kill -9 of the supervise of $name"
  old=$(value_of "$name" 'supervise pid') before=$(everything | but_for_supervisors)
  kill -KILL "$old" || fail "$name: there is no supervise $old"
  await 20 "another supervise of $name" has_another_supervise "$name" "$old"
  await 20 "the application answers" answers
  unchanged "a service" "$before" "$(everything | but_for_supervisors)"
  nothing_runs_twice
  echo "the next one took it over, with the same process"
}

# All numbers of requests that a process of the application has logged are there, once each and from 1 on; of the one
# that runs now at least $1.
no_line_is_missing() {
  cat "$dir"/services/app/log/main/@* "$dir"/services/app/log/main/current 2>/dev/null |
    awk -v pid="$(value_of app pid)" -v least="$1" '
      $2 == "pid" && $4 == "request" { if ($5 != ++last[$3]) exit wrong = 1 }
      END { exit wrong || last[pid] < least }'
}

# Requests as fast as they can be made until the file $1 is gone; fails if one is not answered.
traffic() {
  while [ -e "$1" ]; do curl -fs --max-time 10 -o /dev/null "$url" || return 1; done
}

kill_svscan() {
  local before old=$svscan_pid going=$dir/traffic asking
  say "kill -9 of svscan, under traffic, and another svscan"
  before=$(everything)
  : >"$going"
  traffic "$going" &
  asking=$!
  await 20 "the application answers" answers
  disown "$old" # the shell need not tell that it was killed
  kill -KILL "$old"
  await 20 "the end of svscan" has_ended "$old"
  await 20 "the application answers without svscan" answers
  start_svscan
  # A new service is how the new one shows that it works.
  cp -r "$dir/services/flaky" "$dir/services/.new" && rm -rf "$dir/services/.new/supervise" "$dir/services/.new/log"
  mv "$dir/services/.new" "$dir/services/new"
  await 20 "the new svscan starts a new service" svok "$dir/services/new"
  await 20 "the application answers" answers
  rm "$going"
  wait "$asking" || fail "a request was not answered while svscan was replaced"
  unchanged "the tree" "$before" "$(everything)"
  nothing_runs_twice
  await 20 "the application answers" answers
  await 20 "all lines in the log of app" no_line_is_missing "$(field request)"
  mv "$dir/services/new" "$dir/.removed"
  await 20 "a service that is removed ends" has_ended "$(value_of ../.removed 'supervise pid')"
  echo "all supervisors and services went on; the log has each of $(field request) lines once"
}

milliseconds() { date -d "$1" +%s%3N; }
# The delay of flaky that is running now; it fails in the moments in which there is none.
delay_of_flaky() {
  local death next
  death=$(value_of flaky since) next=$(value_of flaky 'next start')
  [ "$(value_of flaky phase)" = backoff ] && [ "$next" != - ] && delay=$(($(milliseconds "$next") - $(milliseconds "$death")))
}

check_tree() {
  local first delay=0
  await 20 "the application answers" answers
  await 20 "flaky is in backoff" delay_of_flaky
  first=$delay
  svctl check || fail "svctl check has something to say"
  svctl status
  nothing_runs_twice
  await 20 "memcached is used" cached
  came_up_in_order

  failure_and_recovery
  soft_relations
  conflict
  run_levels
  live_changes

  kill_service app
  kill_workers
  kill_service web
  kill_service redis audit
  kill_service memcached
  kill_service depengine # while it has nothing to do, so nothing moves
  kill_engine_at_work
  kill_supervise depengine
  kill_supervise app
  kill_supervise web
  kill_supervise redis
  kill_svscan
  kill_service app # the new svscan has not made it any different

  await 60 "flaky is in backoff" delay_of_flaky
  [ "$delay" -gt $((first * 2)) ] || fail "the delay of flaky went from $first to $delay ms"
  say "flaky was started $(value_of flaky starts) times; its delay grew from $first to $delay ms"

  say "stopping the tree"
  stop_tree
  went_down_in_order
  printf '\nexamples: check passed\n'
}
cached() { answers && [ "$(field cached)" = yes ]; }
