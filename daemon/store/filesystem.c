/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <errno.h>
#include <sys/vfs.h>

/*
 * LMDB shares its lock table and its map between processes through the page cache of one kernel. On these
 * file systems another kernel may hold other pages, so the store would be damaged without a word.
 * Numbers from statfs(2); FUSE is here because sshfs and its kin cannot be told from local ones.
 */
static const struct {
    uint64_t magic;
    const char *name;
} remote_filesystems[] = {
    {0x6969, "NFS"},        {0x517b, "SMB"},
    {0xff534d42, "CIFS"},   {0xfe534d42, "SMB2"},
    {0x5346414f, "AFS"},    {0x73757245, "Coda"},
    {0x564c, "NCP"},        {0x01021997, "9P"},
    {0x65735546, "FUSE"},   {0x00c36400, "Ceph"},
    {0x0bd00bd0, "Lustre"}, {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},  {0x19830326, "FhGFS"},
    {0x6b414653, "AFS"},    {0x786f4256, "VirtualBox's vboxsf"},
    {0x47504653, "GPFS"},   {0xbacbacbc, "VMware's hgfs"},
};

const char *store_remote_filesystem(uint64_t magic)
{
    for (size_t i = 0; i < CW_COUNT(remote_filesystems); i++) {
        if (remote_filesystems[i].magic == magic)
            return remote_filesystems[i].name;
    }
    return NULL;
}

enum cw_err store_check_filesystem(const char *dir, struct refusal *why)
{
    struct statfs fs;
    const char *name;

    if (statfs(dir, &fs) != 0)
        return refuse(why, CW_LOCAL_IO, "store", "%.120s: %s", dir, strerror(errno));

    name = store_remote_filesystem((uint64_t)fs.f_type & 0xffffffff);
    if (name != NULL)
        return refuse(why, CW_LOCAL_CONFIG, "store",
                      "%.120s is on %s; the store needs a local disk: set state_dir to a folder on one", dir, name);
    return CW_OK;
}
