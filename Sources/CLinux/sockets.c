#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

// Since Linux 5.14; newer than some headers.
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

uint64_t gr_network_cookie(int socket) {
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    return getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) == 0 ? cookie : 0;
}

static void wake_up(int signal) { (void)signal; }

int gr_connect_at_once(int fd, const struct sockaddr *address, socklen_t length) {
    // O_NONBLOCK belongs to the open file, which the run has too and may change at any moment. So a signal ends the
    // wait, again and again, in case the first one comes before it.
    struct sigaction action = {.sa_handler = wake_up}, usual;
    struct itimerval alarm = {{0, 20000}, {0, 20000}}, none = {{0, 0}, {0, 0}};
    sigset_t set, mask;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigaction(SIGALRM, &action, &usual);
    sigprocmask(SIG_UNBLOCK, &set, &mask);
    setitimer(ITIMER_REAL, &alarm, NULL);
    int result = connect(fd, address, length);
    int error = errno;
    setitimer(ITIMER_REAL, &none, NULL);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGALRM, &usual, NULL);
    errno = error;
    return result;
}
