// The floor: what it costs a C program to start a command with the same walls and nothing else. Six namespaces, a
// private mount view of the same kind, an init process, no capabilities, Landlock, a filter with a listener, fork and
// execve. It reads no policy, scans nothing, judges nothing and writes nothing down.
//
//     floor COMMAND [ARGUMENT...]
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const read_only[] = {
    "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ssl/certs", "/usr/share/zoneinfo",
    "/usr/share/locale", NULL};
static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
                                      "/dev/tty", NULL};

static void fail(const char *what) {
    dprintf(2, "floor: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static void put(const char *path, const char *text) {
    int file = open(path, O_WRONLY);
    if (file < 0 || write(file, text, strlen(text)) < 0) fail(path);
    close(file);
}

static void make_parents(char *path) {
    for (char *slash = path + 1; *slash; slash++)
        if (*slash == '/') {
            *slash = 0;
            mkdir(path, 0755);
            *slash = '/';
        }
}

static void bind_into(const char *source, const char *root, unsigned long attributes) {
    char target[4096];
    struct stat status;
    if (stat(source, &status) != 0) return;
    snprintf(target, sizeof target, "%s%s", root, source);
    make_parents(target);
    if (S_ISDIR(status.st_mode)) mkdir(target, 0755);
    else close(open(target, O_CREAT | O_WRONLY, 0644));
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
    struct mount_attr change = {.attr_set = attributes};
    if (tree < 0 || syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &change, sizeof change) != 0 ||
        syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) != 0)
        fail(source);
    close(tree);
}

static void view(const char *program, const char *prefix) {
    const char *root = "/proc";
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("tmpfs", root, "tmpfs", 6, "mode=755"))
        fail("root");
    for (int i = 0; read_only[i]; i++) bind_into(read_only[i], root, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
    for (int i = 0; devices[i]; i++) bind_into(devices[i], root, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    bind_into(program, root, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
    if (prefix) bind_into(prefix, root, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
    if (chdir(root)) fail("chdir");
    mkdir("proc", 0755);
    mkdir("tmp", 0755);
    mkdir("dev/shm", 0755);
    if (symlink("usr/lib", "lib") || symlink("usr/lib64", "lib64")) fail("symlink");
    if (mount("proc", "proc", "proc", 15, NULL) || mount("tmpfs", "tmp", "tmpfs", 14, "size=64m") ||
        mount("tmpfs", "dev/shm", "tmpfs", 14, "size=64m"))
        fail("mount");
    if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) fail("pivot_root");
}

static int confine(void) {
    for (int i = 0; i < 41; i++) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    syscall(SYS_capset, &header, none);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    struct landlock_ruleset_attr attributes = {.handled_access_fs = (1ULL << 15) - 1};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0);
    const char *const allowed[] = {"/usr", "/lib", "/lib64", "/etc", "/dev", "/proc", "/tmp", "/", NULL};
    for (int i = 0; allowed[i]; i++) {
        int place = open(allowed[i], O_PATH | O_CLOEXEC);
        struct landlock_path_beneath_attr rule = {1 | 4 | 8, place};
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(place);
    }
    if (syscall(SYS_landlock_restrict_self, ruleset, 0)) fail("landlock");
    static const int forbidden[] = {SYS_ptrace, SYS_mount, SYS_umount2, SYS_bpf, SYS_unshare, SYS_setns, SYS_keyctl};
    struct sock_filter filter[64];
    int n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)forbidden[i], 0, 1);
        filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)n, filter};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void pass(int socket, int descriptor) {
    union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } ancillary;
    struct iovec body = {"l", 1};
    struct msghdr message = {.msg_iov = &body, .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof ancillary};
    ancillary.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(&ancillary.header), &descriptor, sizeof descriptor);
    if (sendmsg(socket, &message, 0) != 1) fail("sendmsg");
}

static void init(int control, char **arguments) {
    char text[64];
    put("/proc/self/setgroups", "deny");
    snprintf(text, sizeof text, "%d %d 1", (int)getppid() * 0 + (int)atoi(getenv("FLOOR_UID")), atoi(getenv("FLOOR_UID")));
    put("/proc/self/uid_map", text);
    snprintf(text, sizeof text, "%d %d 1", atoi(getenv("FLOOR_GID")), atoi(getenv("FLOOR_GID")));
    put("/proc/self/gid_map", text);
    view(arguments[0], getenv("FLOOR_PREFIX"));
    int ends[2], go[2];
    if (pipe2(ends, O_CLOEXEC) || pipe2(go, O_CLOEXEC)) fail("pipe");
    pid_t payload = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (payload == 0) {
        setsid();
        int listener = confine();
        char byte;
        if (listener < 0 || write(ends[1], &listener, sizeof listener) < 0 || read(go[0], &byte, 1) < 0) fail("confine");
        syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC);
        execv(arguments[0], arguments);
        fail(arguments[0]);
    }
    int listener, status, code = 0;
    if (read(ends[0], &listener, sizeof listener) != sizeof listener) fail("read");
    pass(control, listener);
    if (write(go[1], "x", 1) != 1) fail("write");
    for (pid_t pid; (pid = wait(&status)) > 0;)
        if (pid == payload) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    _exit(code);
}

int main(int count, char **arguments) {
    int control[2];
    char text[32];
    if (count < 2 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control)) return 125;
    snprintf(text, sizeof text, "%d", getuid());
    setenv("FLOOR_UID", text, 1);
    snprintf(text, sizeof text, "%d", getgid());
    setenv("FLOOR_GID", text, 1);
    struct clone_args clone = {
        .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET,
        .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &clone, sizeof clone);
    if (pid < 0) fail("clone3");
    if (pid == 0) init(control[1], arguments + 1);
    close(control[1]);
    char body[8], ancillary[64];
    struct iovec vector = {body, sizeof body};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = ancillary, .msg_controllen = sizeof ancillary};
    if (recvmsg(control[0], &message, 0) < 0) fail("recvmsg");
    int status;
    waitpid((pid_t)pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
