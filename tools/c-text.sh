#!/bin/sh
# Prints a text file as C string literals, line by line.
exec sed -e 's/\\/&&/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' "$1"
