#!/usr/bin/env escript
%% Plays scenarios with nested and dynamic supervisors on OTP's `supervisor` and writes what happened.
%% Usage: escript otp_tree.escript SCENARIO.tree ... (each leaves a SCENARIO.trace beside it)
%% They are played side by side, as many as AT_ONCE: what a scenario does is to wait.
%%
%% A directive a line; '#' begins a comment. SUP and CHILD are names, no two the same.
%%   supervisor SUP UNDER STRATEGY INTENSITY PERIOD AUTO_SHUTDOWN [RESTART SHUTDOWN [significant]]
%%       (UNDER is '-' for the root, which has no more words)
%%   dynamic SUP UNDER INTENSITY PERIOD AUTO_SHUTDOWN RESTART SHUTDOWN kind RESTART TYPE SHUTDOWN [significant]
%%       (a simple_one_for_one; after `kind` what its children are like)
%%   child CHILD UNDER RESTART TYPE SHUTDOWN [significant] [stubborn]
%%   begin                                  starts the root
%%   exit CHILD REASON                      it ends by itself; `shutdown_with` is {shutdown, Term}
%%   kill NAME                              somebody else kills it
%%   fail_starts NAME N                     its next N starts fail, a supervisor's too
%%   ignore_starts NAME N                   its next N starts are to ignore it, after those that fail
%%   start CHILD UNDER ...                  start_child, the words of `child`
%%   spawn CHILD SUP [stubborn]             start_child of a dynamic supervisor
%%   end CHILD SUP                          terminate_child by pid
%%   terminate NAME SUP | restart NAME SUP | delete NAME SUP
%%   children SUP | count SUP
%%   stop                                   the root is told to shut down
-mode(compile).

-define(AT_ONCE, 64).

main(Files) ->
  logger:set_primary_config(level, none),
  make_callback(),
  run(Files, 0),
  halt(0).

run([], 0) -> ok;
run([File | Files], Running) when Running < ?AT_ONCE ->
  spawn_monitor(fun() -> play_file(File) end),
  run(Files, Running + 1);
run(Files, Running) ->
  receive
    {'DOWN', _, _, _, normal} -> run(Files, Running - 1);
    {'DOWN', _, _, _, Reason} -> io:format(standard_error, "~p~n", [Reason]), halt(1)
  end.

%% The world of a scenario: its writer, who is alive, whose starts fail, whose are ignored, who is a supervisor.
-record(world, {writer, live, failing, ignoring, sups}).
world() -> get(world).

play_file(File) ->
  process_flag(trap_exit, true),
  Table = fun() -> ets:new(table, [public]) end,
  World = #world{live = Table(), failing = Table(), ignoring = Table(), sups = Table()},
  {ok, Out} = file:open(filename:rootname(File) ++ ".trace", [write]),
  Writer = spawn_link(fun() -> put(world, World), writer(Out) end),
  put(world, World#world{writer = Writer}),
  {ok, Text} = file:read_file(File),
  Words = [string:lexemes(lists:takewhile(fun(C) -> C =/= $# end, Line), " \t\r")
           || Line <- string:split(binary_to_list(Text), "\n", all)],
  play([W || W <- Words, W =/= []], [], none),
  % The writer hears by itself of the root's end.
  timer:sleep(30),
  drain(),
  file:close(Out).

%% Tree: what was declared, {Name, Under, Declaration}, in order. Root: its pid, once there is one.
play([], _, _) -> ok;
play([["begin"] | Rest], Tree, none) ->
  [{Name, "-", Declared}] = [T || T = {_, "-", _} <- Tree],
  case start_tree(world(), Name, Declared, Tree) of
    {ok, Pid} -> settle(Pid), next(Rest, Tree, Pid);
    _ -> say("root start_error")
  end;
play([["fail_starts", Name, N] | Rest], Tree, Root) ->
  ets:insert((world())#world.failing, {Name, list_to_integer(N)}),
  play(Rest, Tree, Root);
play([["ignore_starts", Name, N] | Rest], Tree, Root) ->
  ets:insert((world())#world.ignoring, {Name, list_to_integer(N)}),
  play(Rest, Tree, Root);
play([[What, Name, Under | Words] | Rest], Tree, none) ->
  play(Rest, Tree ++ [{Name, Under, {What, Words}}], none);
play([["exit", Name, Reason] | Rest], Tree, Root) ->
  case ets:lookup((world())#world.live, Name) of
    [] -> say("not_running ~s", [Name]);
    [{_, Pid}] ->
      Watch = monitor(process, Pid),
      Pid ! {finish, Reason},
      receive {'DOWN', Watch, _, _, _} -> ok end
  end,
  settle(Root), next(Rest, Tree, Root);
play([["kill", Name] | Rest], Tree, Root) ->
  case ets:lookup((world())#world.live, Name) of
    [] -> say("not_running ~s", [Name]);
    [{_, Pid}] ->
      Watch = monitor(process, Pid),
      exit(Pid, kill),
      receive {'DOWN', Watch, _, _, _} -> ok end
  end,
  settle(Root), next(Rest, Tree, Root);
play([["stop"] | _], _, Root) ->
  exit(Root, shutdown),
  receive {'EXIT', Root, _} -> ok end;
play([["children", Sup] | Rest], Tree, Root) ->
  with(Sup, fun(Pid) ->
    Lines = [io_lib:format("child ~s ~s", [name_of(Id, P), if is_pid(P) -> running; true -> stopped end])
             || {Id, P, _, _} <- lists:reverse(supervisor:which_children(Pid))],
    Dynamic = lists:keyfind(Sup, 1, Tree),
    lists:foreach(fun say/1, case Dynamic of {_, _, {"dynamic", _}} -> lists:sort([lists:flatten(L) || L <- Lines]); _ -> Lines end)
  end),
  play(Rest, Tree, Root);
play([["count", Sup] | Rest], Tree, Root) ->
  with(Sup, fun(Pid) ->
    Counts = supervisor:count_children(Pid),
    Of = fun(Key) -> proplists:get_value(Key, Counts) end,
    say("count ~s specs ~b active ~b supervisors ~b workers ~b",
        [Sup, Of(specs), Of(active), Of(supervisors), Of(workers)])
  end),
  play(Rest, Tree, Root);
play([[Call, Name, Sup | Words] | Rest], Tree, Root) ->
  with(Sup, fun(Pid) ->
    Answer = case Call of
      "start" -> supervisor:start_child(Pid, spec(Name, {"child", Words}, Tree));
      "spawn" -> supervisor:start_child(Pid, [[Name, lists:member("stubborn", Words)]]);
      "end" -> supervisor:terminate_child(Pid, case ets:lookup((world())#world.live, Name) of [{_, P}] -> P; [] -> Name end);
      "terminate" -> supervisor:terminate_child(Pid, Name);
      "restart" -> supervisor:restart_child(Pid, Name);
      "delete" -> supervisor:delete_child(Pid, Name)
    end,
    say("~s ~s ~s: ~s", [Call, Name, Sup, answer(Answer)])
  end),
  settle(Root), next(Rest, Tree, Root).

next(Rest, Tree, Root) ->
  receive {'EXIT', Root, _} -> ok after 0 -> play(Rest, Tree, Root) end.

with(Sup, Use) ->
  case ets:lookup((world())#world.live, Sup) of
    % It may end before it is asked.
    [{_, Pid}] -> try Use(Pid) catch exit:_ -> say("not_running ~s", [Sup]) end;
    [] -> say("not_running ~s", [Sup])
  end.

name_of(undefined, Pid) -> [[Name]] = ets:match((world())#world.live, {'$1', Pid}), Name;
name_of(Id, _) -> Id.

answer(ok) -> "ok";
answer({ok, _}) -> "ok";
answer({error, {already_started, _}}) -> "already_started";
answer({error, Reason}) when is_atom(Reason) -> atom_to_list(Reason);
answer({error, _}) -> "start_failed".

%% Two rounds through every supervisor that lives, with time between for what they send each other.
settle(_) ->
  timer:sleep(60), ask_all(),
  timer:sleep(30), ask_all(),
  drain().
ask_all() -> [catch supervisor:count_children(P) || {N, P} <- lists:sort(ets:tab2list((world())#world.live)), ets:member((world())#world.sups, N)].

spec(Name, {"child", [Restart, Type, Shutdown | Marks]}, _) ->
  marked(Marks, #{id => Name, restart => list_to_atom(Restart), type => list_to_atom(Type), shutdown => time(Shutdown),
    start => {erlang, apply, [fun start_child/3, [world(), Name, lists:member("stubborn", Marks)]]}});
spec(Name, {What, Words} = Declared, Tree) ->
  [Restart, Shutdown | Marks] = lists:nthtail(case What of "supervisor" -> 4; "dynamic" -> 3 end, Words),
  marked(lists:takewhile(fun(W) -> W =/= "kind" end, Marks),
    #{id => Name, restart => list_to_atom(Restart), type => supervisor, shutdown => time(Shutdown),
      start => {erlang, apply, [fun start_tree/4, [world(), Name, Declared, Tree]]}}).
marked(Marks, Spec) -> case lists:member("significant", Marks) of true -> Spec#{significant => true}; false -> Spec end.
time("infinity") -> infinity;
time("brutal_kill") -> brutal_kill;
time(Ms) -> list_to_integer(Ms).

start_tree(World, Name, {What, Words}, Tree) ->
  put(world, World),
  Start = fun() ->
    {Strategy, [Intensity, Period, Auto | _]} =
      case What of "supervisor" -> {list_to_atom(hd(Words)), tl(Words)}; "dynamic" -> {simple_one_for_one, Words} end,
    Flags = #{strategy => Strategy, intensity => list_to_integer(Intensity), period => list_to_integer(Period),
              auto_shutdown => list_to_atom(Auto)},
    Specs = case What of
      "supervisor" -> [spec(N, D, Tree) || {N, U, D} <- Tree, U =:= Name];
      "dynamic" ->
        ["kind", Restart, Type, Shutdown | Marks] = lists:dropwhile(fun(W) -> W =/= "kind" end, Words),
        [marked(Marks, #{id => kind, restart => list_to_atom(Restart), type => list_to_atom(Type),
                         shutdown => time(Shutdown), start => {erlang, apply, [fun(Child, Stubborn) -> start_child(World, Child, Stubborn) end]}})]
    end,
    case supervisor:start_link(tree_callback, {Flags, Specs}) of
      {ok, Pid} -> ets:insert((world())#world.live, {Name, Pid}), ets:insert((world())#world.sups, {Name}), (world())#world.writer ! {watch, sup, Name, Pid}, say("up ~s", [Name]), {ok, Pid};
      {error, Reason} -> say("not_up ~s", [Name]), {error, Reason}
    end
  end,
  unless_failing(Name, Start).

start_child(World, Name, Stubborn) ->
  put(world, World),
  unless_failing(Name, fun() ->
    Above = self(),
    Pid = spawn_link(fun() ->
      put(world, World),
      process_flag(trap_exit, true),
      ets:insert((world())#world.live, {Name, self()}),
      say("start ~s", [Name]),
      Above ! {started, self()},
      live(Name, Above, Stubborn)
    end),
    (world())#world.writer ! {watch, child, Name, Pid},
    receive {started, Pid} -> {ok, Pid} end
  end).

unless_failing(Name, Start) ->
  #world{failing = Failing, ignoring = Ignoring} = world(),
  case {ets:lookup(Failing, Name), ets:lookup(Ignoring, Name)} of
    {[{_, N}], _} when N > 0 -> ets:insert(Failing, {Name, N - 1}), say("start_failed ~s", [Name]), {error, told_to_fail};
    {_, [{_, N}]} when N > 0 -> ets:insert(Ignoring, {Name, N - 1}), say("ignored ~s", [Name]), ignore;
    _ -> Start()
  end.

live(Name, Above, Stubborn) ->
  receive
    {finish, Reason} -> ets:delete((world())#world.live, Name), say("exit ~s ~s", [Name, Reason]), exit(reason(Reason));
    {'EXIT', Above, Reason} when not Stubborn -> ets:delete((world())#world.live, Name), say("stop ~s ~s", [Name, Reason]), exit(Reason);
    _ -> live(Name, Above, Stubborn)
  end.

reason("shutdown_with") -> {shutdown, told};
reason(Word) -> list_to_atom(Word).

say(Line) -> (world())#world.writer ! {line, self(), Line}, receive written -> ok end.
say(Format, Args) -> say(io_lib:format(Format, Args)).
drain() -> (world())#world.writer ! {line, self(), none}, receive written -> ok end.

%% Everything is written by one process, in the order in which it heard of it.
writer(Out) ->
  receive
    {line, From, none} -> From ! written;
    {line, From, Line} -> io:format(Out, "~s~n", [Line]), From ! written;
    {watch, Kind, Name, Pid} -> put(monitor(process, Pid), {Kind, Name});
    {'DOWN', Ref, process, Pid, Reason} ->
      case {erase(Ref), Reason} of
        {{child, Name}, killed} -> io:format(Out, "killed ~s~n", [Name]);
        {{sup, Name}, _} -> ets:delete_object((world())#world.live, {Name, Pid}), io:format(Out, "down ~s ~s~n", [Name, case Reason of {shutdown, _} -> shutdown; _ -> Reason end]);
        _ -> ok
      end
  end,
  writer(Out).

make_callback() ->
  Forms = [{attribute, 1, module, tree_callback}, {attribute, 2, export, [{init, 1}]},
           {function, 3, init, 1, [{clause, 3, [{var, 3, 'Given'}], [], [{tuple, 3, [{atom, 3, ok}, {var, 3, 'Given'}]}]}]}],
  {ok, Module, Binary} = compile:forms(Forms),
  {module, _} = code:load_binary(Module, "tree_callback", Binary).
