# Completion of guardrun for bash. What follows the options is completed as a command of its own.
_guardrun() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word i
    local profiles="strict python python-data shell build network-allowlist observe"
    local options="--policy --set --scan --json --events --on --audit --env --quiet --tty --help --version"
    case $previous in
    -p | --policy) mapfile -t COMPREPLY < <(compgen -W "$profiles" -- "$current"; compgen -f -- "$current"); return ;;
    --scan) mapfile -t COMPREPLY < <(compgen -W "enforce warn" -- "$current"); return ;;
    --on) mapfile -t COMPREPLY < <(compgen -W "policy_check=" -- "$current"); return ;;
    --json | --events | --audit) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    esac
    # The first word that is no option and no option's value is the command.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        -p | --policy | --set | --scan | --json | --events | --on | --audit | --env) ((i++)) ;;
        --) _command_offset $((i + 1)); return ;;
        -*) ;;
        policy) mapfile -t COMPREPLY < <(compgen -W "check show list compare diff test import export schema $profiles" -- "$current"; compgen -f -- "$current"); return ;;
        audit) mapfile -t COMPREPLY < <(compgen -W "list show tail stats query report export ship verify prove checkpoint key prune last" -- "$current"); return ;;
        learn)
            case $previous in
            -o | --output | --merge | --audit) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
            esac
            [[ $current == -* ]] || { _command_offset "$COMP_CWORD"; return; }
            mapfile -t COMPREPLY < <(compgen -W "--output --merge --env --audit --json" -- "$current")
            return
            ;;
        explain) mapfile -t COMPREPLY < <(compgen -W "last --json --audit" -- "$current"; compgen -f -- "$current"); return ;;
        changes) mapfile -t COMPREPLY < <(compgen -W "last --list --json --audit" -- "$current"; compgen -f -- "$current"); return ;;
        commit) mapfile -t COMPREPLY < <(compgen -W "last --dry-run --json --audit" -- "$current"; compgen -f -- "$current"); return ;;
        discard) mapfile -t COMPREPLY < <(compgen -W "last --all --older-than --audit" -- "$current"); return ;;
        scan)
            case $previous in
            --language) mapfile -t COMPREPLY < <(compgen -W "python shell javascript" -- "$current") ;;
            --format) mapfile -t COMPREPLY < <(compgen -W "text json sarif github" -- "$current") ;;
            --level) mapfile -t COMPREPLY < <(compgen -W "capability review block" -- "$current") ;;
            *)
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                [[ $current != -* ]] || mapfile -t COMPREPLY < <(compgen -W "--policy --set --format --language --level --jobs --no-ignore" -- "$current")
                ;;
            esac
            return
            ;;
        session) options="$options --checkpoints" ;;
        plan | run) ;;
        *) _command_offset "$i"; return ;;
        esac
    done
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "run session scan plan policy learn explain changes commit discard audit doctor help" -- "$current"; compgen -c -- "$current")
    fi
}
complete -F _guardrun guardrun
