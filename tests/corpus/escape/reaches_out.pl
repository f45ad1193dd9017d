# allowed: AC
# services, secrets and processes of the machine, from another language
use Socket;
my ($process, $port) = split ' ', <STDIN>;
my $escaped = kill(9, $process) > 0;
socket(my $socket, PF_INET, SOCK_STREAM, 0) or $socket = undef;
$escaped ||= $socket && connect($socket, sockaddr_in($port, INADDR_LOOPBACK));
$escaped ||= open my $secret, '<', '/etc/shadow';
$escaped ||= -e "/proc/$process" && $process != $$;
$escaped ||= open my $program, '>>', $0;
print $escaped ? "escaped\n" : "contained\n";
