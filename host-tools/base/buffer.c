// SPDX-License-Identifier: MIT
// Growing byte buffers, and memory allocation that never returns NULL.
// Limits: without memory the tool exits, and a QEMU that it started ends too.
#include "base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit_code.h"

static _Noreturn void out_of_memory(void)
{
    fputs("aerostat: out of memory\n", stderr);
    exit(CODE_HOST);
}

void *memory_get(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);

    if (!memory) {
        out_of_memory();
    }
    return memory;
}

char *memory_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(memory_get(size), text, size);
}

// Makes room for `more` bytes and a NUL.
static void reserve(struct buffer *buffer, size_t more)
{
    if (more >= SIZE_MAX / 2 - buffer->length) {
        out_of_memory();
    }
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity) {
        return;
    }
    size_t capacity = buffer->capacity ? buffer->capacity : 64;
    while (capacity < needed) {
        capacity *= 2;
    }
    buffer->data = realloc(buffer->data, capacity);
    if (!buffer->data) {
        out_of_memory();
    }
    buffer->capacity = capacity;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
    reserve(buffer, length);
    if (length) {
        memcpy(buffer->data + buffer->length, bytes, length);
    }
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_format_list(struct buffer *buffer, const char *format,
                        va_list values)
{
    va_list again;

    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    if (length > 0) {
        reserve(buffer, (size_t)length);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format,
                  again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    buffer_format_list(buffer, format, values);
    va_end(values);
}

void buffer_drop(struct buffer *buffer, size_t length)
{
    if (length == 0) {
        return;
    }
    memmove(buffer->data, buffer->data + length, buffer->length - length);
    buffer->length -= length;
    buffer->data[buffer->length] = '\0';
}

const char *buffer_string(const struct buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
