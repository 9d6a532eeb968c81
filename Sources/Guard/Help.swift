import Policy

/// What guardrun says about itself. Each page teaches by example before it lists.
enum Help {
    static let versionNumber = "0.1.0"

    /// Commands of the design that other versions have.
    static let later = ["batch", "mcp", "serve"]

    static func version() -> Never {
        Terminal.standardOutput.line("guardrun \(versionNumber)")
        Exit.now(Exit.success)
    }

    /// `guardrun help` and `guardrun help COMMAND`.
    static func show(_ words: [[UInt8]]) -> Never {
        guard let word = words.first.map({ String(decoding: $0, as: UTF8.self) }) else {
            Terminal.standardOutput.write(overview)
            Exit.now(Exit.success)
        }
        guard let page = pages[word] else {
            let near = suggestion(for: word, among: Array(pages.keys).sorted())
            fail(
                "there is no help on '\(inert(word))'\(near.map { "; did you mean \($0)?" } ?? ""); there is help on \(pages.keys.sorted().joined(separator: ", "))"
            )
        }
        Terminal.standardOutput.write(page)
        Exit.now(Exit.success)
    }

    static let short = """
        guardrun runs code that a model wrote with only what a policy grants, and writes down what it refused.

            guardrun python3 step.py                 under the strict profile, fitted to python3
            guardrun -p python-data python3 step.py  under a named profile
            guardrun --help                          everything else

        """

    static let overview = """
        guardrun runs code that a model wrote with only what a policy grants, and writes down what it refused.

        Examples
            guardrun python3 step.py                     run under `strict`, fitted to the interpreter
            guardrun -p python-data python3 step.py      reads the directory, writes ./out, no network
            guardrun -p shell bash -c 'ls | wc -l'       a shell with coreutils
            guardrun -p my.yaml --set limits.wall=5s -- ./tool --flag
            guardrun -p shell -it bash                   interactive, on a terminal of its own
            guardrun plan -p python -- python3 step.py   what would be enforced; runs nothing
            guardrun scan step.py                        what is in code, line by line; runs nothing
            guardrun audit show last                     what the last run did
            guardrun learn -o my.yaml -- make report     a policy that allows just that
            guardrun explain last                        ... what it was refused, and what would allow it
            guardrun --set files.write=[.] --set files.workspace=overlay -- make fix
            guardrun changes last                        ... and what it would change; `guardrun commit last`

        Commands
            run       run a command guarded (the word may be left out)
            session   keep a guarded Python interpreter for a program to talk with
            scan      look at code without running it
            plan      show what would be enforced
            policy    check policies, show what one comes to
            changes   what a run changed in its copy of the working directory
            commit    carry that over; nothing is, until this is said
            discard   drop it
            learn     run something trusted, and write the smallest policy that allows it
            explain   what a run was refused, why, and the smallest change that would allow it
            audit     list, show, follow, query, verify and prove the trails of runs
            doctor    what this host can enforce, and how to get the rest
            help      this page, or that of a command

        Options of a run
            -p, --policy NAME|FILE   a profile (strict, python, python-data, shell, build,
                                     network-allowlist, observe) or a policy file; without it
                                     `strict`
            --set PATH=VALUE         change one key of the policy, e.g. --set limits.memory=2GiB
            --scan enforce|warn      with `warn`, code that the scan would refuse runs and is recorded
            --env NAME[=VALUE]       pass a variable on; all others but a harmless few are dropped
            -t, -it                  give the program a terminal of its own
            --json FILE              write one object about the run when it is over
            --events FD|FILE         write each event as a line of JSON while it runs
            --on policy_check=COMMAND  ask a command before the run begins; it agrees by ending with 0
                                     within five seconds
            --audit DIR              where trails go (else $GUARDRUN_AUDIT_DIR, else guardrun/audit in
                                     $XDG_STATE_HOME or ~/.local/state)
            -q, --quiet              no report at the end

        Exit status
            the program's own; 128+N when signal N ended it; 124 wall-clock limit; 123 another limit;
            77 refused before it ran; 78 the policy is wrong or cannot be enforced here;
            125 guardrun failed; 126 the command cannot be executed; 127 it was not found

        """

    static let pages: [String: String] = [
        "run": overview,
        "plan": """
        guardrun plan shows what would be enforced, without running anything.

            guardrun plan -p python -- python3 step.py
            guardrun plan -p my.yaml --json - -- ./tool

        It takes the options of a run. With --json it writes the plan as one object.

        """,
        "session": """
        guardrun session keeps a guarded Python interpreter that a program sends cells to.

            guardrun session -p python                  python3 of the search path
            guardrun session -p my.yaml -- .venv/bin/python
            guardrun session -p my.yaml --checkpoints 5

        It talks in messages on standard input and output; docs/session.md has them, and the Python package
        `guardrun` speaks them. Each cell is scanned before it runs. limits.wall and limits.cpu hold for a cell,
        every other limit for the session; limits.session_wall, idle, tool_calls, tokens and cost_usd are for
        sessions alone. Under tools the policy says which functions of the host its code may call.

        It takes the options of a run. When an interpreter ends, another one takes its place, and the variables
        are lost. The session ends when its host closes it or goes away. With --checkpoints N its host can keep the
        interpreter and the files that it may write as they are, the last N times, and go back to them, also after
        the interpreter was killed; audit.checkpoints: M has one made after M calls of tools.

        """,
        "scan": """
        guardrun scan says what code would do, line by line, without running it.

            guardrun scan step.py tools/*.sh           each finding: its line, its reason, what is done about it
            guardrun scan -p my.yaml step.py           by the patterns and actions of a policy
            generate | guardrun scan --language python -
            guardrun scan .                            a whole directory, without what .gitignore names
            guardrun scan --format json step.py        for programs
            guardrun scan --format sarif . > scan.sarif

        A finding is a capability (the code can do this), review (a person would look) or block (the act is
        hostile). Without -p a block is denied, review is a warning, and capabilities are listed.

        Options
            -p, --policy NAME|FILE   whose patterns and actions hold
            --set PATH=VALUE         change one key of the policy, e.g. --set scan.confidence=0.7
            --language LANGUAGE      python, shell or javascript, where no name or first line says so
            --level LEVEL            show findings from capability, review or block on; all without it
            --format FORMAT          text, json, sarif (for code scanning) or github (annotations)
            -j, --jobs NUMBER        processes that share the files; as many as processors without it
            --no-ignore              also what .gitignore names

        Of a directory everything below it is looked at: code, notebooks and the fenced blocks of Markdown; other
        texts are searched for keys and for the policy's patterns. Links are not followed.

        Exit status: 0 nothing is denied, 77 something is, 78 the policy is wrong, 125 a file was not read.

        """,
        "policy": """
        guardrun policy checks policies and shows what they come to.

            guardrun policy check my.yaml other.yaml   every fault, with its line; exit 78 when there is one
            guardrun policy show python-data           the effective policy, and where each line comes from
            guardrun policy show my.yaml --format json
            guardrun policy list                       the shipped profiles
            guardrun policy schema > schema.json       every key, for editors; --format markdown for people
            guardrun policy compare a.yaml b.yaml      is a stricter, looser, equal or incomparable; with witnesses
            guardrun policy diff old.yaml new.yaml     what changes, by meaning; exit 1 when something does
            guardrun policy diff --fail-if-looser main.yaml new.yaml

            guardrun policy import old.yaml > new.yaml a policy of another tool, with what became of each field
            guardrun policy import -- bwrap --ro-bind / / --tmpfs /home bash
            guardrun policy export my.yaml > old.yaml  as a GovernancePolicy of Agent-OS, and what it cannot say
            guardrun policy test python -- open /etc/passwd r
            guardrun policy test my.yaml -- connect tcp://192.0.2.1:443
            guardrun policy test my.yaml -- syscall ioctl 0 0x5412

        `test` puts an act before what decides in a run, and does nothing: open PATH r|w, exec PATH, connect and
        listen tcp://HOST:PORT, syscall NAME [ARGUMENT...], limit NAME AMOUNT, tool NAME,
        finding THREAT LEVEL [CONFIDENCE], code LANGUAGE TEXT. `check` decides the rows of `examples:` so.

        `import` reads GovernancePolicies of Agent-OS, settings of sandbox-runtime, seccomp profiles of Docker and
        of the OCI, profiles of nono and sandlock, and command lines of bubblewrap, alone or in a script; --from
        agent-os, srt, seccomp, nono, sandlock or bwrap says which where that cannot be told. What would be looser
        here than there is left out or put in stricter words, and said. An unknown key is an error. Of Agent-OS it
        asks with --empty-tools all|none what an empty allowed_tools is to mean: its engine takes it for every tool.

        A witness is an act that one of the two allows and the other does not. Paths are settled on this host; a
        name on the network stands for itself, whatever it resolves to. The answer is `unknown` where patterns ask
        for more states than are spent on them, or for Unicode's classes.

        Exit status: 0; 78 a policy is wrong; of test 77 when the act is refused; of diff 1 when the two differ, with
        --fail-if-looser only when the second allows something that the first does not, or that is not known.

        """,
        "changes": """
        guardrun changes shows what a run changed in its copy of the working directory.

        Under files.workspace: overlay a run sees and writes a copy of its working directory, and the directory stays
        as it is until somebody commits what was changed.

            guardrun changes                    the copies that wait, oldest first
            guardrun changes last               every change, and the differences of texts
            guardrun changes 19c1439e out       of one run, below one path
            guardrun changes last --json        one object, for programs

        Options: --list leaves the differences out, --audit DIR reads another directory, --json (or --format json).

        """,
        "commit": """
        guardrun commit carries what a run changed over to the directory that it worked on a copy of.

            guardrun commit last                everything
            guardrun commit 19c1439e out a.txt  some paths of one run, with all that lies in them
            guardrun commit last --dry-run      what would become of each change; nothing is done

        Each file is there as a whole or not at all. What somebody else changed since the run began is a conflict and
        stays as it is. Not carried over are devices, pipes, sockets and set-user-ID files, and links that lead out of
        the directory unless they are named. A commit that was cut off is ended by saying it again.

        Options: -n, --dry-run; --audit DIR reads another directory; --json (or --format json) is for programs.

        Exit status: 0 the directory holds all that was meant, 1 something of it was left behind, 125 guardrun failed.

        """,
        "discard": """
        guardrun discard drops what runs changed in their copies of the working directory.

            guardrun discard last
            guardrun discard 19c1439e b0c2d811
            guardrun discard --older-than 7d
            guardrun discard --all

        Options: --audit DIR reads another directory.

        """,
        "learn": """
        guardrun learn runs something that you trust under `observe`, and writes the smallest readable policy that
        allows it.

            guardrun learn -o report.yaml -- python3 report.py data.csv
            guardrun learn -o report.yaml --merge report.yaml -- python3 report.py other.csv
            guardrun -p report.yaml python3 report.py data.csv

        The policy extends `strict`. Files that the command has anyway are left out, directories stand for many files
        in them, limits have room above what was used. What holds secrets, lies in a home outside the working
        directory, or would grant a part of the system is asked about; without a terminal it is left out, as a comment
        with its reason. With --merge the policy allows what an earlier one does, too.

        Not seen are datagrams that are sent without connecting, and which name an address was looked up for: names
        are taken from the command and its script. Without -o the policy is standard output, and what the command
        writes goes to standard error.

        Options: -o, --output FILE; --merge FILE, any number of times; --env NAME[=VALUE]; --audit DIR; --json writes
        one object, with the policy, what was left out and why. The exit status is the command's.

        """,
        "explain": """
        guardrun explain says what a run was refused, why, and the smallest change of its policy that would allow it.

            guardrun explain                    the last run
            guardrun explain 19c1439e           a run by a part of its name, or the path of its trail
            guardrun explain last --json        one object, for programs

        What belongs together is one entry: files of a directory, hosts, a limit. Each change is tried before it is
        shown: the act is put before the changed policy, and both policies are compared, so that the effect names an
        act that becomes possible beside the one that was refused. `guarded` is a change that takes back a denial,
        opens a place of secrets or an inner address, lets a system call run natively or what the scan calls hostile
        run at all, or loosens what the base holds and the policy's `loosen` does not name. At the end stands a
        policy that extends the run's with all changes but those.

        Options: --audit DIR reads another directory, --json (or --format json) is for programs.

        """,
        "audit": """
        guardrun audit reads the trails that runs leave behind, and proves what they say.

            guardrun audit list --since 7d           one line a run; also --outcome, --threat, --policy, --text
            guardrun audit show last                 the timeline of the last run; a path will do
            guardrun audit tail -f                   the events of all runs as they come; --type, --threat, -n
            guardrun audit stats --since 7d          outcomes, threats, what was tried most
            guardrun audit query --text id_rsa       events that fit; --type, --threat, --since, --run, -n
            guardrun audit query "SELECT policy, count(*) FROM runs GROUP BY policy"
            guardrun audit show 20261120-1914        a run by the beginning of its name
            guardrun audit report last -o page.html  a page for people without a terminal; --since 7d for several
            guardrun audit export --since 7d --format ocsf   events for other tools: jsonl, ocsf, otlp, otlp-metrics,
                                                     csv, syslog, journal; --type, --threat, -o FILE
            guardrun audit ship --sink exec:./take   deliver events as they come, at least once and in order, to
                                                     unix:PATH, tcp://HOST:PORT, exec:COMMAND or https://…; --once
            guardrun audit verify                    check every trail and the ledger; exit 1 when one is not sound
            guardrun audit checkpoint > kept         the signed state of the ledger, to be kept elsewhere
            guardrun audit verify --checkpoint kept  is all that it covered still there?
            guardrun audit prove RUN > proof         evidence about one run, for who has not got the directory
            guardrun audit verify --proof proof --key KEY RUN.jsonl
            guardrun audit prove --since kept        joins an old checkpoint to the present one
            guardrun audit key                       the public keys; `key rotate` makes a new one, `key none` signs
                                                     nothing from now on
            guardrun audit prune --older-than 90d    remove old trails; every proof stays valid

        Options: --audit DIR reads another directory, --format json is for programs. verify takes --key KEY, the only
        key to believe; prune takes --dry-run. An age is 30m, 12h, 7d or 8w, or a date.

        """,
        "doctor": """
        guardrun doctor says what this host can enforce for this user, and how to get the rest.

            guardrun doctor
            guardrun doctor --format json

        It starts one guarded process to see what really works.

        """,
    ]
}
