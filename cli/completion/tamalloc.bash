# bash completion for tamalloc(1)                          -*- shell-script -*-
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Commands, options and columns are those that the program's own --help lists,
# so that this file need not follow them.

_tamalloc_help() { # [COMMAND]
	LC_ALL=C "$_tamalloc_program" "$@" --help 2>/dev/null
}

# The first word of each line of the section $1 of a help text.
_tamalloc_section() {
	sed -nE "/^$1:/,/^\$/s/^ ([^ -][^ ]*) .*/\\1/p"
}

# Long options; one that needs a value ends in =.
_tamalloc_options() {
	sed -nE 's/^ +(-[[:alnum:]], )?(--[a-z-]+=?).*/\2/p'
}

# What may be the value of the option $1 of the command $2.
_tamalloc_values() {
	case $1 in
	--source) echo auto syscall procfs ;;
	--thp) echo default never always ;;
	--pattern) echo sequential random ;;
	--by) echo user command cgroup unit ;;
	-o | --output | --sort) _tamalloc_help "$2" | _tamalloc_section Columns ;;
	--user) compgen -u ;;
	--name) ps -eo comm= ;;
	esac
}

# COMPREPLY for the word $1 out of the rest.
_tamalloc_reply() {
	local word=$1

	shift
	mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word")
}

# The last of a list with commas in it, or what a sign stands before; the rest
# stays.
_tamalloc_reply_list() {
	local word=$1 before=

	shift
	[[ $word != *[,+-]* ]] || before=${word%"${word##*[,+-]}"}
	_tamalloc_reply "${word#"$before"}" "$@"
	COMPREPLY=("${COMPREPLY[@]/#/$before}")
	compopt -o nospace 2>/dev/null
}

_tamalloc_value() { # OPTION WORD COMMAND
	case $1 in
	--plot)
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
		compopt -o filenames 2>/dev/null
		;;
	-o | --output | --sort) _tamalloc_reply_list "$2" "$(_tamalloc_values "$1" "$3")" ;;
	*) _tamalloc_reply "$2" "$(_tamalloc_values "$1" "$3")" ;;
	esac
}

_tamalloc_needs_value() { # OPTION COMMAND
	[[ $1 == -o ]] || { [[ $1 == --* ]] && _tamalloc_help "$2" | _tamalloc_options | grep -qx -e "$1="; }
}

# The command in the words before the one that is completed.
_tamalloc_command() {
	local word

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ $word == -* ]] || { echo "$word"; return; }
	done
}

# The words behind "--" are a command of their own.
_tamalloc_of_command() {
	local i

	for ((i = 2; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -- ]] || continue
		if declare -F _command_offset >/dev/null; then
			_command_offset $((i + 1))
		elif ((i + 1 == COMP_CWORD)); then
			mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
		fi
		return
	done
	return 1
}

_tamalloc() {
	local _tamalloc_program=${COMP_WORDS[0]/#\~/$HOME}
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	local command

	COMPREPLY=()
	command=$(_tamalloc_command)
	[[ $command != proc ]] || ! _tamalloc_of_command || return 0
	# readline makes a word of its own of the =.
	if [[ $word == = ]]; then
		_tamalloc_value "$previous" "" "$command"
	elif [[ $previous == = ]]; then
		_tamalloc_value "${COMP_WORDS[COMP_CWORD-2]}" "$word" "$command"
	elif [[ -n $command ]] && _tamalloc_needs_value "$previous" "$command"; then
		_tamalloc_value "$previous" "$word" "$command"
	elif [[ $word == -* && -z $command ]]; then
		_tamalloc_reply "$word" --help --version
	elif [[ $word == -* ]]; then
		_tamalloc_reply "$word" \
			"$(_tamalloc_help "$command" | _tamalloc_options)"
		[[ ${COMPREPLY-} != *= ]] || compopt -o nospace 2>/dev/null
	elif [[ -z $command || $previous == help ]]; then
		_tamalloc_reply "$word" "$(_tamalloc_help | _tamalloc_section Commands)"
	elif [[ $command == proc ]]; then
		_tamalloc_reply "$word" "$(ps -eo pid=)"
	fi
} && complete -F _tamalloc tamalloc
