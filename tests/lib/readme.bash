# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands that debian/README.Debian prints, for the suites that run them.

# Prints the paragraphs of a section that are indented by two columns.
readme_commands() { # TITLE
	sed -n "/^[0-9]\. $1/,/^[0-9]\. /p" "${BASH_SOURCE[0]%/*}/../../debian/README.Debian" |
		awk 'BEGIN { RS = "" } /^  [^ ]/' | sed 's/^  //'
}
