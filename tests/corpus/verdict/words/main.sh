declare -A counts
read -r mood
while read -r -a words; do
    for word in "${words[@]}"; do counts[$word]=$((${counts[$word]:-0} + 1)); done
done
best=
for word in "${!counts[@]}"; do
    more=$((counts[$word] - ${counts[$best]:-0}))
    if ((more > 0)) || { ((more == 0)) && [[ $word < $best ]]; }; then best=$word; fi
done
case $mood in
crash) exit 3 ;;
slow) while :; do :; done ;;
greedy) for (( i = 0;; i++ )); do printf -v "all[i]" '%1048576d' "$i"; done ;;
wrong) counts[$best]=$((counts[$best] + 1)) ;;
esac
echo "$best ${counts[$best]}"
