// SPDX-License-Identifier: MIT
// The bytes of a migration: read from one QEMU, kept, sent to the next one.
// Limits: in memory, STREAM_MAX bytes; one stream a case.
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "claims/lab_internal.h"
#include "claims/lab_keep.h"
#include "machine/channel.h"
#include "qmp/descriptor.h"

enum {
    STREAM_MAX = 512 << 20, // twice the RAM of a case's machine
    BLOCK = 1 << 16
};

static void end_stream(struct lab *lab)
{
    struct lab_stream *stream = &lab->stream;

    if (stream->fd >= 0) {
        loop_unwatch(lab->loop, stream->fd);
        close(stream->fd);
        stream->fd = -1;
    }
}

void lab_stream_free(struct lab *lab)
{
    end_stream(lab);
    buffer_free(&lab->stream.bytes);
}

static bool has_to_wait(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static void take(void *context, short revents)
{
    struct lab *lab = context;
    struct lab_stream *stream = &lab->stream;
    static char block[BLOCK];
    ssize_t got = read(stream->fd, block, sizeof block);

    (void)revents;
    if (got > 0 && stream->bytes.length < STREAM_MAX) {
        buffer_add(&stream->bytes, block, (size_t)got);
    } else if (got > 0) {
        lab_fail(lab, "the migration has more than %d bytes", STREAM_MAX);
        end_stream(lab);
    } else if (got == 0 || !has_to_wait()) {
        end_stream(lab);
    }
}

// An error here needs no message: QEMU's migration fails.
static void give(void *context, short revents)
{
    struct lab *lab = context;
    struct lab_stream *stream = &lab->stream;
    size_t left = stream->bytes.length - stream->given;
    ssize_t sent = send(stream->fd, stream->bytes.data + stream->given, left,
                        MSG_NOSIGNAL);

    (void)revents;
    stream->given += sent > 0 ? (size_t)sent : 0;
    if (stream->given == stream->bytes.length || (sent < 0 && !has_to_wait())) {
        end_stream(lab);
    }
}

// QEMU's end of a new connection becomes "fd:stream".
static bool connect_stream(struct lab_vm *vm, short events,
                           loop_handler *handler)
{
    struct lab *lab = vm->lab;
    struct failure failure;
    int ends[2];

    if (lab->failed) {
        return false;
    }
    if (!channel_sockets(ends, &failure)) {
        return lab_gave_up(lab, &failure);
    }
    lab->stream.fd = ends[0];
    loop_watch(lab->loop, ends[0], events, handler, lab);
    bool ok = descriptor_give(machine_session(vm->machine), ends[1], "stream",
                              lab->deadline, &failure);
    close(ends[1]);
    return ok || lab_broke(vm, &failure);
}

bool lab_take_stream(struct lab_vm *vm)
{
    return connect_stream(vm, POLLIN, take);
}

static bool has_ended(void *context)
{
    const struct lab_vm *vm = context;

    return vm->lab->stream.fd < 0;
}

bool lab_await_stream(struct lab_vm *vm)
{
    return lab_wait(vm, has_ended, "the end of the migration's bytes") &&
           !vm->lab->failed;
}

bool lab_give_stream(struct lab_vm *vm)
{
    vm->lab->stream.given = 0;
    return connect_stream(vm, POLLOUT, give);
}
