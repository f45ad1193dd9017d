# allowed: AC
# services, secrets and processes of the machine, from a shell
read -r process port
escaped=
kill -9 "$process" 2>/dev/null && escaped=1
(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && escaped=1
[ -r /etc/shadow ] && escaped=1
[ -e "/proc/$process" ] && [ "$process" != $$ ] && escaped=1
(: >>"$0") 2>/dev/null && escaped=1
(: >/usr/bin/codecomp-was-here) 2>/dev/null && escaped=1
echo "${escaped:+escaped}" | grep . || echo contained
