#!/bin/bash
# Part of examples/run --check, which sources it with check.sh: asserts that each relation of the tree does what it is
# for, that the engine can be killed in the middle of all that, and that everything goes down in order.
# What happened when is read from the status records themselves, as sv-service(5) has them: they stay when the tree ends.
# shellcheck disable=SC2154
gate='' # while this file is there, gate may start; while it is not, gate may stop

# when NAME changed|ready: the TAI64N stamp of the main process's last change, or of readiness; later ones sort later.
when() {
  local at=0
  [ "$2" = changed ] || at=24
  od -An -v -tx1 -j "$at" -N 12 "$dir/services/$1/supervise/status" | tr -d ' \n'
}

# in_order WHAT NAME/STAMP…: these came about one after the other.
in_order() {
  local what=$1 before='' entry stamp
  shift
  for entry; do
    stamp=$(when "${entry%/*}" "${entry#*/}")
    [ -n "$stamp" ] || fail "$what: there is no stamp of $entry"
    [[ $stamp > $before ]] || fail "$what: $entry is out of order in $*"
    before=$stamp
  done
}

phase_is() { [[ "$(value_of "$1" phase) " == "$2 "* ]]; } # behind it may stand why
phases_are() { # PHASE NAME…
  local phase=$1 name
  shift
  for name; do phase_is "$name" "$phase" || return 1; done
}
target_is() { [[ $(svctl status "$1") == "$1  $2"* ]]; }
# The engine has an opinion, and nothing to wait for: not for what is starting, and not because something is held.
settled() {
  local now
  now=$(svctl status --json) && [[ $now == *'"engine":{'* ]] && ! grep -q '"waits_for":"[^"]' <<<"$now"
}
all_is_back() { phases_are ready redis memcached app web audit && settled; }

# why_says NAME WORDS: the engine's reason.
why_says() {
  local said
  said=$(svctl why "$1")
  [[ $said == *"$2"* ]] || fail "svctl why $1 does not say \"$2\": $said"
}

starts_of() { local name; for name; do value_of "$name" starts; done; }
# started_once_more BEFORE NAME…: with what starts_of has told before.
started_once_more() {
  local before name now
  read -ra before < <(tr '\n' ' ' <<<"$1")
  shift
  for name; do
    now=$(value_of "$name" starts)
    [ "$now" -eq $((before[0] + 1)) ] || fail "$name was started $((now - before[0])) times instead of once"
    before=("${before[@]:1}")
  done
}

came_up_in_order() {
  say "the tree came up in order"
  in_order "coming up" storage/ready redis/changed redis/ready schema/ready app/changed app/ready web/ready
  in_order "coming up" memcached/ready app/changed
  in_order "coming up" redis/ready audit/changed
  in_order "coming up" app/ready metrics/changed
  target_is default 'done' || fail "the target default is not done: $(svctl status default)"
  svctl blame
}

# The process that a service is bound to was killed: it is a new one too. That it has not only died with it, but was
# started again once the other was ready: by the stamps.
bound_to_the_new_one() { # NAME OLD OTHER
  has_another_pid "$1" "$2" && [[ $(when "$1" changed) > $(when "$3" ready) ]] && settled
}

give_up() { printf G >"$dir/services/$1/supervise/control"; }

failure_and_recovery() {
  local before others rescued
  say "redis gives up: what needs it goes down, last first, and is held"
  before=$(starts_of redis schema app web) rescued=$(value_of rescue starts)
  others=$(everything_but 'redis|schema|app|web|audit')
  give_up redis
  await 20 "redis has given up" phase_is redis failed
  await 20 "what needs it is down" phases_are down web app audit
  in_order "going down" web/changed app/changed
  await 20 "the default target has failed" target_is default down
  await 20 "the rescue service has run" phase_is rescue 'done'
  [ "$(value_of rescue starts)" -eq $((rescued + 1)) ] || fail "rescue was started $(value_of rescue starts) times"
  grep -q '^redis *failed' "$dir/data/rescue" || fail "rescue has not seen that redis failed: $(cat "$dir/data/rescue")"
  why_says web "redis: told to give up"
  why_says audit "needs redis (binds-to)"
  ! answers || fail "somebody answers"
  unchanged "the rest" "$others" "$(everything_but 'redis|schema|app|web|audit')"
  svctl why web | sed '/^the last lines/,$d'

  say "redis is started: all of it comes back by itself"
  svctl start redis >/dev/null || fail "redis cannot be started"
  await 20 "everything is back" all_is_back
  await 20 "the application answers" answers
  # (audit has lost its connection with redis, and died by itself before the engine could stop it, or not.)
  started_once_more "$before" redis schema app web
  in_order "coming back" redis/ready schema/ready app/changed app/ready web/ready
  svctl release rescue >/dev/null || fail "rescue cannot be released"
  await 20 "rescue is down" phase_is rescue down
  unchanged "the rest" "$others" "$(everything_but 'redis|schema|app|web|audit')"
  echo "it answers: visit $visits"
}

soft_relations() {
  local before
  say "what is only wanted (metrics), waited for (memcached) or a milestone (schema) may fail or go"
  before=$(everything_but 'memcached|schema')
  give_up metrics
  await 20 "metrics has given up" phase_is metrics failed
  svctl stop memcached schema >/dev/null || fail "they cannot be stopped"
  phases_are down memcached schema || fail "they are not down"
  await 20 "the application answers" answers
  [ "$(field cached)" = no ] || fail "the application has a cache still"
  target_is default 'done' || fail "the default target minds"
  svctl start metrics memcached schema >/dev/null || fail "they cannot be started"
  await 20 "everything is back" all_is_back
  await 20 "memcached is used" cached
  unchanged "all that does not need them" "$before" "$(everything_but 'memcached|schema')"
  echo "nobody minded"
}

conflict() {
  local others old=$visits
  say "maintenance conflicts with app: one of them runs"
  others=$(everything_but 'app|web')
  svctl start maintenance >/dev/null || fail "maintenance cannot be started"
  phases_are down app web || fail "app and web run beside it"
  target_is maintenance 'done' || fail "maintenance is not up"
  in_order "giving way" web/changed app/changed
  why_says web "app: conflicts with maintenance"
  ! answers || fail "somebody answers"
  svctl start web >/dev/null || fail "web cannot be started"
  await 20 "everything is back" all_is_back
  target_is maintenance down || fail "maintenance is still up"
  await 20 "the application answers" answers
  unchanged "the rest" "$others" "$(everything_but 'app|web')"
  echo "visit $old before, $visits after it"
}

# Which services are to run.
wanted() { (cd "$dir/services" && svstat -l ./*/ | awk '/^[^ ]/ { name = $1 } /^    want +up/ { print name }'); }

run_levels() {
  local before stays
  say "isolate offline, and back"
  before=$(wanted) stays=$(facts storage redis depengine)
  svctl isolate offline >/dev/null || fail "offline cannot be isolated"
  await 20 "all else is down" phases_are down web app memcached audit metrics schema flaky
  ! answers || fail "somebody answers"
  svctl isolate default >/dev/null || fail "default cannot be isolated"
  await 20 "everything is back" all_is_back
  await 20 "the application answers" answers
  unchanged "the set of services" "$before" "$(wanted)"
  unchanged "what both targets need" "$stays" "$(facts storage redis depengine)"
  echo "the same services run as before"
}

# lay_service NAME DIRECTORY/FILE…: a new service that waits; made aside, and there at once.
lay_service() {
  local name=$1 file
  shift
  mkdir "$dir/new"
  printf '#!/bin/sh\nexec sleep 1000000\n' >"$dir/new/run" && chmod 755 "$dir/new/run"
  for file; do mkdir -p "$dir/new/${file%/*}" && : >"$dir/new/$file"; done
  mv "$dir/new" "$dir/services/$name"
}
remove_service() {
  local supervise
  supervise=$(value_of "$1" 'supervise pid')
  mv "$dir/services/$1" "$dir/.removed"
  await 20 "$1 ends when it is removed" has_ended "$supervise"
  rm -r "$dir/.removed"
}
is_held() { svctl why "$1" 2>/dev/null | grep -q "$2"; }

live_changes() {
  local before
  say "services and relations appear and go while it runs"
  before=$(everything)
  lay_service errand ./README requires/helper
  await 20 "a service that needs one which is not there is held" is_held errand helper
  phase_is errand down || fail "errand runs without what it needs"
  lay_service helper ./down
  await 20 "it starts once that is there" phases_are ready helper errand
  in_order "the new ones" helper/changed errand/changed
  mkdir "$dir/services/helper/conflicts" && : >"$dir/services/helper/conflicts/app"
  await 20 "a new relation takes effect" is_held errand "conflicts with app"
  await 20 "what it concerns goes down" phases_are down errand helper
  in_order "the new ones" errand/changed helper/changed
  rm "$dir/services/helper/conflicts/app"
  await 20 "taking it back takes effect" phases_are ready helper errand
  remove_service errand
  await 20 "what nothing holds any more goes down" phase_is helper down
  remove_service helper
  unchanged "the tree" "$before" "$(everything)"
  echo "all else went on"
}

kill_engine() { kill -KILL "$(value_of depengine pid)" || fail "there is no engine"; }
gate_waits() { phase_is gate "$1" && ! engine_is "$2" && engine_answers; }
engine_is() { [ "$(value_of depengine pid)" = "$1" ]; }

# lay_gate: a oneshot between redis and app, which starts and stops when it is told to here.
lay_gate() {
  mkdir -p "$dir/new/required-by" "$dir/new/requires" && : >"$dir/new/required-by/app" && : >"$dir/new/requires/redis"
  printf '#!/bin/sh\nuntil [ -e ../../data/gate ]; do sleep 0.05; done\n' >"$dir/new/start"
  printf '#!/bin/sh\nwhile [ -e ../../data/gate ]; do sleep 0.05; done\n' >"$dir/new/stop"
  chmod 755 "$dir/new/start" "$dir/new/stop"
  mv "$dir/new" "$dir/services/gate"
}

# With the gate closed half of the work is done, and there the engine is killed.
kill_engine_at_work() {
  local before others old concerned=(storage redis schema gate app web audit)
  gate=$dir/data/gate
  say "kill -9 of the engine in the middle of a stop"
  : >"$gate"
  before=$(everything)
  lay_gate
  await 20 "gate is done" phase_is gate 'done'
  unchanged "the tree" "$before" "$(everything)"

  before=$(starts_of "${concerned[@]}") others=$(everything_but 'storage|redis|schema|app|web|audit|depengine')
  old=$(value_of depengine pid)
  svctl stop redis --no-wait >/dev/null || fail "redis cannot be stopped"
  await 20 "gate is stopping" phase_is gate stopping
  kill_engine
  await 20 "another engine" gate_waits stopping "$old"
  phase_is redis ready || fail "redis did not wait for gate"
  rm "$gate"
  # storage too: since default was isolated nobody has asked for it by name, and redis alone has kept it up.
  await 20 "all is down" phases_are down "${concerned[@]}"
  in_order "the stop" web/changed app/changed gate/changed redis/changed storage/changed
  [ "$(starts_of "${concerned[@]}")" = "$before" ] || fail "something was started by a stop"

  say "kill -9 of the engine in the middle of a start"
  old=$(value_of depengine pid)
  svctl start redis --no-wait >/dev/null || fail "redis cannot be started"
  await 20 "gate is starting" phase_is gate starting
  kill_engine
  await 20 "another engine" gate_waits starting "$old"
  phases_are down app web || fail "app did not wait for gate"
  : >"$gate"
  await 20 "everything is back" all_is_back
  await 20 "the application answers" answers
  started_once_more "$before" "${concerned[@]}"
  in_order "the start" storage/ready redis/changed redis/ready gate/ready app/changed app/ready web/ready
  unchanged "the rest" "$others" "$(everything_but 'storage|redis|schema|app|web|audit|depengine')"
  nothing_runs_twice

  before=$(everything)
  rm "$gate"
  remove_service gate
  await 20 "the engine has nothing left to do" settled
  unchanged "the tree" "$before" "$(everything)"
  echo "each was stopped once and started once, in order; visit $visits"
}

went_down_in_order() {
  in_order "the end" web/changed app/changed redis/changed storage/changed
  in_order "the end" metrics/changed app/changed
  in_order "the end" audit/changed redis/changed
  in_order "the end" app/changed memcached/changed
  [ ! -e "$dir/data/in-use" ] || fail "storage was not stopped"
}
