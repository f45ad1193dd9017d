read -r mood
read -r rows columns
for ((row = 0; row < rows; row++)); do
    read -r line
    for ((column = 0; column < columns; column++)); do
        map[row * columns + column]=${line:column:1}
    done
done

sink() {
    local row=$1 column=$2
    if ((row < 0 || column < 0 || row == rows || column == columns)) ||
        [ "${map[row * columns + column]}" != '#' ]; then
        return 1
    fi
    map[row * columns + column]=.
    sink $((row - 1)) "$column"
    sink $((row + 1)) "$column"
    sink "$row" $((column - 1))
    sink "$row" $((column + 1))
    return 0
}

islands=0
for ((row = 0; row < rows; row++)); do
    for ((column = 0; column < columns; column++)); do
        if sink "$row" "$column"; then islands=$((islands + 1)); fi
    done
done
case $mood in
crash) kill -ABRT $$ ;;
slow) for ((turn = 0; ; turn = 1 - turn)); do :; done ;;
greedy) for (( all = 1;; )); do all=$all$all; done ;;
wrong) islands=$((islands + 1)) ;;
esac
echo "$islands"
