deep() {
    if (($1)); then deep $(($1 - 1)); fi
}

# The processor time used so far, in ms, without starting another process.
used() {
    local fields
    read -r -a fields </proc/$$/stat
    ms=$(((fields[13] + fields[14]) * 10))
}

read -r -a words
word=${words[0]} n=${words[1]} sum=0
for value in "${words[@]:2}"; do sum=$((sum + value)); done
case $word in
spin) for (( ms = 0; ms < n; )); do used; done ;;
sleep) sleep $((n / 1000)).$((n % 1000)) ;;
take) for (( i = 0; i < n; i++ )); do printf -v "taken[i]" '%1048576d' "$i"; done ;;
deep) deep $((n / 5)) ;; # the time for it grows with the square of the depth
crash) exit 3 ;;
esac
if [ "$word" != quiet ]; then echo "$sum"; fi
if [ "$word" = pad ]; then printf '%*s' "$n" ''; fi
[ "$word" != exit ] || exit "$n"
