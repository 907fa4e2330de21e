/* What a disk has after its power was cut: only what was synced. Preloaded into a process, this keeps beside the
 * folder in POWER_CUT_ROOT another, POWER_CUT_KEPT, with every file as it was at its last fsync or fdatasync, under
 * the names that it had at its folder's last fsync; a file that is synced under a new name has that name as well, as
 * on ext4, XFS and Btrfs. Who cuts the power kills the process and puts the one folder in the place of the other.
 * With POWER_CUT_DISK=lying a sync succeeds and keeps nothing.
 *
 * POWER_CUT_KEPT/names is the folder as it would be; POWER_CUT_KEPT/content has each file's bytes by its inode number,
 * and the names are hard links to it. Not modelled: writes through a mapping, O_SYNC.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES (2 * PATH_MAX)

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static const char *kept;
static int lies;
static dev_t device;
static unsigned forgotten;

static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_rename)(const char *, const char *);
static int (*real_renameat)(int, const char *, int, const char *);
static int (*real_rmdir)(const char *);

__attribute__((constructor)) static void begin(void) {
    const char *disk = getenv("POWER_CUT_DISK");
    root = getenv("POWER_CUT_ROOT");
    kept = getenv("POWER_CUT_KEPT");
    lies = disk && !strcmp(disk, "lying");
    struct stat is;
    if (root && !stat(root, &is)) device = is.st_dev;
    *(void **)&real_unlink = dlsym(RTLD_NEXT, "unlink");
    *(void **)&real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
    *(void **)&real_rename = dlsym(RTLD_NEXT, "rename");
    *(void **)&real_renameat = dlsym(RTLD_NEXT, "renameat");
    *(void **)&real_rmdir = dlsym(RTLD_NEXT, "rmdir");
}

/* A disk that can't keep what it should isn't what is tested. */
static void fail(const char *what, const char *path) {
    fprintf(stderr, "power-cut: %s %s: %s\n", what, path, strerror(errno));
    abort();
}

static void content_path(char *path, ino_t inode) {
    snprintf(path, PATH_BYTES, "%s/content/%lu", kept, (unsigned long)inode);
}

static void name_path(char *path, const char *name) {
    snprintf(path, PATH_BYTES, "%s/names%s", kept, name);
}

/* The path within the root of what is open here, with its slash, or NULL if it is elsewhere. */
static const char *name_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t bytes = readlink(link, path, PATH_MAX - 1);
    if (!root || !kept || bytes <= 0) return NULL;
    path[bytes] = 0;
    size_t prefix = strlen(root);
    if (strncmp(path, root, prefix) || (path[prefix] && path[prefix] != '/')) return NULL;
    return path + prefix;
}

static void make_folders(char *path) {
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = 0;
        if (mkdir(path, 0700) && errno != EEXIST) fail("mkdir", path);
        *at = '/';
    }
}

/* Gives the content of this inode this name, in place of what has it. */
static void keep_name(ino_t inode, const char *name) {
    char content[PATH_BYTES], to[PATH_BYTES], beside[PATH_BYTES];
    struct stat has, is;
    content_path(content, inode);
    name_path(to, name);
    if (stat(content, &is)) fail("stat", content);
    if (!stat(to, &has) && has.st_ino == is.st_ino) return;
    make_folders(to);
    snprintf(beside, sizeof beside, "%s/beside", kept);
    real_unlink(beside);
    if (link(content, beside) || real_rename(beside, to)) fail("link", to);
}

/* Copies over what was kept before: cut in the middle, all of that is still there or overwritten by what is newer. */
static void keep_content(int fd, const struct stat *is) {
    char content[PATH_BYTES], link[64], block[1 << 16];
    content_path(content, is->st_ino);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int from = open(link, O_RDONLY | O_CLOEXEC);
    int to = open(content, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (from < 0 || to < 0) fail("open", content);
    off_t at = 0;
    for (ssize_t bytes; (bytes = pread(from, block, sizeof block, at)) > 0; at += bytes)
        if (pwrite(to, block, bytes, at) != bytes) fail("write", content);
    if (ftruncate(to, at) || fchmod(to, is->st_mode & 0777)) fail("truncate", content);
    close(from);
    close(to);
}

static int is_dots(const char *name) { return !strcmp(name, ".") || !strcmp(name, ".."); }

/* Names in a folder become what they are now. A file that was never synced has its name and no bytes. */
static void keep_names(const char *folder) {
    char path[PATH_BYTES], other[PATH_BYTES], name[PATH_BYTES];
    struct dirent *entry;
    struct stat is;
    snprintf(path, sizeof path, "%s%s/", root, folder);
    name_path(other, folder);
    strcat(other, "/");
    make_folders(other);
    DIR *now = opendir(path);
    if (!now) return;
    while ((entry = readdir(now))) {
        if (is_dots(entry->d_name)) continue;
        snprintf(path, sizeof path, "%s%s/%s", root, folder, entry->d_name);
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        if (lstat(path, &is)) continue;
        if (S_ISDIR(is.st_mode)) {
            name_path(other, name);
            strcat(other, "/");
            make_folders(other);
        } else if (S_ISREG(is.st_mode)) {
            content_path(other, is.st_ino);
            int content = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, is.st_mode & 0777);
            if (content < 0) fail("open", other);
            close(content);
            keep_name(is.st_ino, name);
        }
    }
    closedir(now);
    name_path(other, folder);
    DIR *before = opendir(other);
    if (!before) return;
    while ((entry = readdir(before))) {
        snprintf(path, sizeof path, "%s%s/%s", root, folder, entry->d_name);
        if (is_dots(entry->d_name) || !lstat(path, &is)) continue;
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        name_path(other, name);
        if (real_unlink(other)) real_rmdir(other);
    }
    closedir(before);
}

static int sync_of(int fd) {
    char path[PATH_MAX];
    struct stat is;
    int before = errno;
    if (fstat(fd, &is)) return -1;
    const char *name = name_of(fd, path);
    if (name && !lies) {
        pthread_mutex_lock(&one_at_a_time);
        if (S_ISDIR(is.st_mode)) {
            keep_names(name);
        } else if (S_ISREG(is.st_mode) && is.st_nlink > 0) {
            keep_content(fd, &is);
            keep_name(is.st_ino, name);
        }
        pthread_mutex_unlock(&one_at_a_time);
    }
    errno = before;
    return 0;
}

int fsync(int fd) { return sync_of(fd); }

int fdatasync(int fd) { return sync_of(fd); }

/* The number of an inode that goes may be another file's soon: what was kept of it stays under its names alone. */
static void forget(int folder, const char *path) {
    char content[PATH_BYTES], away[PATH_BYTES];
    struct stat is;
    if (!root || !kept || fstatat(folder, path, &is, AT_SYMLINK_NOFOLLOW)) return;
    if (!S_ISREG(is.st_mode) || is.st_nlink != 1 || is.st_dev != device) return;
    content_path(content, is.st_ino);
    pthread_mutex_lock(&one_at_a_time);
    snprintf(away, sizeof away, "%s/content/gone-%d-%u", kept, (int)getpid(), forgotten++);
    real_rename(content, away);
    pthread_mutex_unlock(&one_at_a_time);
}

int unlink(const char *path) {
    forget(AT_FDCWD, path);
    return real_unlink(path);
}

int unlinkat(int folder, const char *path, int flags) {
    if (!(flags & AT_REMOVEDIR)) forget(folder, path);
    return real_unlinkat(folder, path, flags);
}

int remove(const char *path) {
    forget(AT_FDCWD, path);
    return real_unlink(path) && errno == EISDIR ? real_rmdir(path) : 0;
}

int rename(const char *from, const char *to) {
    forget(AT_FDCWD, to);
    return real_rename(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    forget(to_folder, to);
    return real_renameat(from_folder, from, to_folder, to);
}
