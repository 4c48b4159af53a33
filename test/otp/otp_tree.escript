#!/usr/bin/env escript
%% Plays a scenario with nested and dynamic supervisors on OTP's `supervisor` and prints what happened.
%% Usage: escript otp_tree.escript SCENARIO
%%
%% A directive a line; '#' begins a comment. SUP and CHILD are names, no two the same.
%%   supervisor SUP UNDER STRATEGY INTENSITY PERIOD AUTO_SHUTDOWN [RESTART SHUTDOWN [significant]]
%%       (UNDER is '-' for the root, which has no more words)
%%   dynamic SUP UNDER INTENSITY PERIOD AUTO_SHUTDOWN RESTART SHUTDOWN kind RESTART TYPE SHUTDOWN [significant]
%%       (a simple_one_for_one; after `kind` what its children are like)
%%   child CHILD UNDER RESTART TYPE SHUTDOWN [significant] [stubborn]
%%   begin                                  starts the root
%%   exit CHILD REASON                      it ends by itself
%%   fail_starts NAME N                     its next N starts fail, a supervisor's too
%%   start CHILD UNDER ...                  start_child, the words of `child`
%%   spawn CHILD SUP [stubborn]             start_child of a dynamic supervisor
%%   end CHILD SUP                          terminate_child by pid
%%   terminate NAME SUP | restart NAME SUP | delete NAME SUP
%%   children SUP | count SUP
%%   stop                                   the root is told to shut down
-mode(compile).

main([File]) ->
  logger:set_primary_config(level, none),
  process_flag(trap_exit, true),
  ets:new(live, [named_table, public]),
  ets:new(failing, [named_table, public]),
  Writer = spawn_link(fun writer/0),
  register(writer, Writer),
  make_callback(),
  {ok, Text} = file:read_file(File),
  Words = [string:lexemes(lists:takewhile(fun(C) -> C =/= $# end, Line), " \t\r")
           || Line <- string:split(binary_to_list(Text), "\n", all)],
  play([W || W <- Words, W =/= []], [], none),
  drain(),
  halt(0).

%% Tree: what was declared, {Name, Under, Declaration}, in order. Root: its pid, once there is one.
play([], _, _) -> ok;
play([["begin"] | Rest], Tree, none) ->
  [{Name, "-", Declared}] = [T || T = {_, "-", _} <- Tree],
  case start_tree(Name, Declared, Tree) of
    {ok, Pid} -> settle(Pid), next(Rest, Tree, Pid);
    {error, _} -> say("root start_error")
  end;
play([["fail_starts", Name, N] | Rest], Tree, Root) ->
  ets:insert(failing, {Name, list_to_integer(N)}),
  play(Rest, Tree, Root);
play([[What, Name, Under | Words] | Rest], Tree, none) ->
  play(Rest, Tree ++ [{Name, Under, {What, Words}}], none);
play([["exit", Name, Reason] | Rest], Tree, Root) ->
  case ets:lookup(live, Name) of
    [] -> say("not_running ~s", [Name]);
    [{_, Pid}] ->
      Watch = monitor(process, Pid),
      Pid ! {finish, list_to_atom(Reason)},
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
      "end" -> supervisor:terminate_child(Pid, case ets:lookup(live, Name) of [{_, P}] -> P; [] -> Name end);
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
  case ets:lookup(live, Sup) of
    [{_, Pid}] -> Use(Pid);
    [] -> say("not_running ~s", [Sup])
  end.

name_of(undefined, Pid) -> [[Name]] = ets:match(live, {'$1', Pid}), Name;
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
ask_all() -> [catch supervisor:count_children(P) || {N, P} <- lists:sort(ets:tab2list(live)), ets:member(sups, N)].

spec(Name, {"child", [Restart, Type, Shutdown | Marks]}, _) ->
  marked(Marks, #{id => Name, restart => list_to_atom(Restart), type => list_to_atom(Type), shutdown => time(Shutdown),
    start => {erlang, apply, [fun start_child/2, [Name, lists:member("stubborn", Marks)]]}});
spec(Name, {What, Words} = Declared, Tree) ->
  [Restart, Shutdown | Marks] = lists:nthtail(case What of "supervisor" -> 4; "dynamic" -> 3 end, Words),
  marked(lists:takewhile(fun(W) -> W =/= "kind" end, Marks),
    #{id => Name, restart => list_to_atom(Restart), type => supervisor, shutdown => time(Shutdown),
      start => {erlang, apply, [fun start_tree/3, [Name, Declared, Tree]]}}).
marked(Marks, Spec) -> case lists:member("significant", Marks) of true -> Spec#{significant => true}; false -> Spec end.
time("infinity") -> infinity;
time("brutal_kill") -> brutal_kill;
time(Ms) -> list_to_integer(Ms).

start_tree(Name, {What, Words}, Tree) ->
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
                         shutdown => time(Shutdown), start => {erlang, apply, [fun start_child/2]}})]
    end,
    case supervisor:start_link(tree_callback, {Flags, Specs}) of
      {ok, Pid} -> ets:insert(live, {Name, Pid}), ets:insert(sups, {Name}), writer ! {watch, sup, Name, Pid}, say("up ~s", [Name]), {ok, Pid};
      {error, Reason} -> say("not_up ~s", [Name]), {error, Reason}
    end
  end,
  unless_failing(Name, Start).

start_child(Name, Stubborn) ->
  unless_failing(Name, fun() ->
    Above = self(),
    Pid = spawn_link(fun() ->
      process_flag(trap_exit, true),
      ets:insert(live, {Name, self()}),
      say("start ~s", [Name]),
      Above ! {started, self()},
      live(Name, Above, Stubborn)
    end),
    writer ! {watch, child, Name, Pid},
    receive {started, Pid} -> {ok, Pid} end
  end).

unless_failing(Name, Start) ->
  case ets:lookup(failing, Name) of
    [{_, N}] when N > 0 -> ets:insert(failing, {Name, N - 1}), say("start_failed ~s", [Name]), {error, told_to_fail};
    _ -> Start()
  end.

live(Name, Above, Stubborn) ->
  receive
    {finish, Reason} -> ets:delete(live, Name), say("exit ~s ~s", [Name, Reason]), exit(Reason);
    {'EXIT', Above, Reason} when not Stubborn -> ets:delete(live, Name), say("stop ~s ~s", [Name, Reason]), exit(Reason);
    _ -> live(Name, Above, Stubborn)
  end.

say(Line) -> writer ! {line, self(), Line}, receive written -> ok end.
say(Format, Args) -> say(io_lib:format(Format, Args)).
drain() -> writer ! {line, self(), none}, receive written -> ok end.

%% Everything is written by one process, in the order in which it heard of it.
writer() ->
  receive
    {line, From, none} -> From ! written;
    {line, From, Line} -> io:format("~s~n", [Line]), From ! written;
    {watch, Kind, Name, Pid} -> put(monitor(process, Pid), {Kind, Name});
    {'DOWN', Ref, process, Pid, Reason} ->
      case {erase(Ref), Reason} of
        {{child, Name}, killed} -> io:format("killed ~s~n", [Name]);
        {{sup, Name}, _} -> ets:delete_object(live, {Name, Pid}), io:format("down ~s ~p~n", [Name, Reason]);
        _ -> ok
      end
  end,
  writer().

make_callback() ->
  ets:new(sups, [named_table, public]),
  Forms = [{attribute, 1, module, tree_callback}, {attribute, 2, export, [{init, 1}]},
           {function, 3, init, 1, [{clause, 3, [{var, 3, 'Given'}], [], [{tuple, 3, [{atom, 3, ok}, {var, 3, 'Given'}]}]}]}],
  {ok, Module, Binary} = compile:forms(Forms),
  {module, _} = code:load_binary(Module, "tree_callback", Binary).
