"""Every command of ``qa-engine``, in the order of ``--help``. A new one is a function in a file, and a line here."""

from qa_engine.cli.lazy import Entries, Entry, Group

COMMANDS: Entries = {
    "demo": Entry(
        "qa_engine.cli.demo:demo",
        "Run the bundled synthetic recordings through real workers; ends with a table and the paths of the forms.",
    ),
    "init": Entry(
        "qa_engine.cli.init:init", "Write the profile of the centre: its names, its hours, what agents must say."
    ),
    "check": Entry(
        "qa_engine.cli.check:check", "Check recordings or transcripts and print one result a call; nothing is stored."
    ),
    "transcribe": Entry("qa_engine.cli.transcribe:transcribe", "Transcribe recordings; nothing is stored."),
    "ingest": Entry(
        "qa_engine.cli.ingest:ingest",
        "Copy recordings into the data folder by hash, take in transcripts, and queue them for the workers.",
    ),
    "nightly": Entry(
        "qa_engine.cli.nightly:nightly",
        "Work through the recordings of a day until its ledger is drawn; exit 1 when it does not balance.",
    ),
    "watch": Entry(
        "qa_engine.cli.nightly:watch",
        "Look at the folders and stores of QA_WATCH_FOLDERS and take in what is new, until stopped.",
    ),
    "schedule": Entry(
        "qa_engine.cli.schedule:schedule",
        "Send the ticks by which nights begin and watched folders are looked at, until stopped.",
    ),
    "worker": Entry("qa_engine.cli.worker:worker", "Work on what is queued until stopped with Ctrl-C or SIGTERM."),
    "serve": Entry(
        "qa_engine.cli.serve:serve",
        "Serve pages and API on QA_WEB_HOST:QA_WEB_PORT (this machine only, unless QA_SIGN_IN is on).",
    ),
    "status": Entry(
        "qa_engine.cli.status:status", "Show the queue and the ledger: received = finished + in progress + aside."
    ),
    "ledger": Entry(
        "qa_engine.cli.ledger:ledger",
        "The ledger of a day: expected = scored + excluded + quarantined + in work + missing; exit 1 when it is open.",
    ),
    "drift": Entry(
        "qa_engine.cli.drift:drift",
        "Each rule's hit rate of a day against its history, and whose doing a jump is; exit 1 when a rule jumped.",
    ),
    "expect": Entry(
        "qa_engine.cli.ledger:expect", "Take an export of call records as the recordings that a day should bring."
    ),
    "inspect": Entry(
        "qa_engine.cli.inspect:inspect",
        "Judge inspected calls again and print what changed; a call that a person has keeps its verdict.",
    ),
    "retry": Entry("qa_engine.cli.retry:retry", "Queue quarantined calls again, after their cause was mended."),
    "report": Entry(
        "qa_engine.cli.report:report",
        "Write a form or a report; over a period, where it has one (default: all days).",
    ),
    "sample": Entry(
        "qa_engine.cli.planning:sample",
        "Draw calls of a period for a check: even over the days, by scenario, by a seed.",
    ),
    "training": Group(
        "What agents are to learn: plan, done, list.",
        {
            "plan": Entry(
                "qa_engine.cli.planning:plan",
                "Write down that an agent is to learn something; prints the number of the record.",
            ),
            "done": Entry(
                "qa_engine.cli.planning:done",
                "Write down that a training was done; four weeks later reports tell its effect.",
            ),
            "list": Entry("qa_engine.cli.planning:trainings", "The trainings that were planned, and which are done."),
        },
    ),
    "rules": Group(
        "The rule packs: lint, test, show, draft, diff, backtest, publish, rollback, import-sca.",
        {
            "draft": Entry(
                "qa_engine.cli.rules:draft", "Copy the rules of now into a new folder, to be changed there."
            ),
            "diff": Entry("qa_engine.cli.rules:diff", "What a draft writes otherwise than the rules of now."),
            "backtest": Entry(
                "qa_engine.cli.rules:backtest",
                "Judge stored calls by a draft and tell what changes; nothing is stored.",
            ),
            "publish": Entry(
                "qa_engine.cli.rules:publish",
                "Make a draft the rules from now on, when lint, examples and golden calls are green.",
            ),
            "rollback": Entry(
                "qa_engine.cli.rules:rollback", "Let an earlier edition of the rules count again, from now on."
            ),
            "import-sca": Entry(
                "qa_engine.cli.rules:import_sca",
                "Write the rules of an Alibaba Cloud SCA file as a rule pack; exit 1 when one was left out.",
            ),
            "lint": Entry(
                "qa_engine.cli.rules:run_lint",
                "Faults and doubts of a rule pack, located; exit 1 when a rule cannot do what it says.",
            ),
            "test": Entry(
                "qa_engine.cli.rules:run_tests",
                "Run the examples of every rule and the golden calls; exit 1 when one of them comes out otherwise.",
            ),
            "show": Entry(
                "qa_engine.cli.rules:show_rule", "What a rule does, in plain Chinese, with its phrases and examples."
            ),
            "measure": Entry(
                "qa_engine.cli.rules:measure",
                "Count decisions about faults by rule into ``reviews.yaml`` of the data folder.",
            ),
            "schema": Entry(
                "qa_engine.cli.rules:schema",
                "The JSON Schema of a rule file, for editors that complete and check while one types.",
            ),
        },
    ),
    "tone": Group(
        "The tone model: explain, evaluate, train.",
        {
            "explain": Entry(
                "qa_engine.cli.tone:explain", "Class, probabilities, and the words that pushed the decision."
            ),
            "evaluate": Entry(
                "qa_engine.cli.tone:evaluate",
                "Figures of a model on reviewed turns: per class, confusion, calibration.",
            ),
            "train": Entry(
                "qa_engine.cli.tone:train",
                "Train a model on our utterances and your reviewed turns; before and after, on calls it has not seen.",
            ),
        },
    ),
    "outcome": Group(
        "How content customers leave: train it on the centre's own ratings.",
        {
            "train": Entry(
                "qa_engine.cli.outcome:train",
                "Fit the customer outcome to rated calls; before and after, on calls it has not seen.",
            ),
        },
    ),
    "models": Group(
        "The recogniser models of this installation: get them, check them, carry them to another machine.",
        {
            "list": Entry(
                "qa_engine.cli.models:list_models", "The models of the store, and what can be added by name."
            ),
            "add": Entry(
                "qa_engine.cli.models:add",
                "Get a model: from installed packages, a hub or its mirror, ModelScope, a folder or an archive.",
            ),
            "verify": Entry(
                "qa_engine.cli.models:verify", "Compare the files of models with their cards; exit 1 on a broken one."
            ),
            "remove": Entry("qa_engine.cli.models:remove", "Delete a model from the store."),
            "export": Entry(
                "qa_engine.cli.models:export", "Write a model with its card to one file, for a closed network."
            ),
            "import": Entry("qa_engine.cli.models:take_in", "Add a model out of a file."),
        },
    ),
    "people": Group(
        "The accounts of those who sign in, tokens of programs, and moves of agents between teams.",
        {
            "add": Entry("qa_engine.cli.people:add", "Make an account; prints its one-time password."),
            "list": Entry("qa_engine.cli.people:list_people", "The accounts: role, teams, agent, state."),
            "passwd": Entry(
                "qa_engine.cli.people:passwd",
                "Give a new one-time password; unlocks the account and signs it out everywhere.",
            ),
            "disable": Entry(
                "qa_engine.cli.people:disable",
                "Shut an account out, with its sign-ins and tokens; what it decided stays.",
            ),
            "enable": Entry("qa_engine.cli.people:enable", "Let a disabled account in again."),
            "teams": Entry("qa_engine.cli.people:teams", "Set the teams that an account leads."),
            "role": Entry(
                "qa_engine.cli.people:role", "Give an account another role; it counts from the next request on."
            ),
            "token": Entry("qa_engine.cli.people:token", "Give out an API token; prints it, this once."),
            "tokens": Entry("qa_engine.cli.people:tokens", "The tokens that were given out; never their secrets."),
            "revoke": Entry("qa_engine.cli.people:revoke", "Take a token back, at once."),
            "move": Entry(
                "qa_engine.cli.people:move",
                "Enter that an agent is in a team from a day on; calls of before keep theirs.",
            ),
            "moves": Entry("qa_engine.cli.people:list_agent_moves", "The moves between teams that were entered."),
        },
    ),
    "backup": Entry("qa_engine.cli.keeping:backup", "Back up database, recordings and profile while everything runs."),
    "restore": Entry(
        "qa_engine.cli.keeping:restore", "Put a backup into an empty data folder, compared with its digests."
    ),
    "forget": Entry(
        "qa_engine.cli.keeping:forget",
        "Remove sound, words and numbers of calls for good; the account of the calls stays.",
    ),
    "doctor": Entry(
        "qa_engine.cli.doctor:doctor",
        "Look at this machine and say what is missing; exit 1 when something required is.",
    ),
}
