# allowed: AC
# beside what was compiled: what whoever keeps it for the next time must neither follow, open nor measure
use POSIX;
use Socket;
BEGIN {
    if ($^C) {
        POSIX::mkfifo('fifo', 0644);
        symlink '/etc/shadow', 'link';
        symlink '/proc/1/fd/0', 'descriptor';
        symlink 'loop', 'loop';
        link 'main.pl', 'again.pl';
        socket my $socket, PF_UNIX, SOCK_STREAM, 0;
        bind $socket, sockaddr_un('socket');
        open my $sparse, '>', 'sparse';
        truncate $sparse, 200 << 20;
        mkdir 'closed' and open my $inner, '>', 'closed/file';
        chmod 0, 'closed/file', 'closed';
        my $path = 'deep';
        mkdir $path and $path .= '/deep' for 1 .. 200;
    }
}
print "contained\n";
