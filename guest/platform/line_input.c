// SPDX-License-Identifier: MIT
// Assembles a line byte by byte. Pure.
#include "platform/line_input.h"

#define BACKSPACE 0x08
#define DELETE 0x7f

void line_input_next(struct line_input *input)
{
    *input = (struct line_input){.broken = OK};
}

static bool is_end(unsigned char byte)
{
    return byte == '\n' || byte == '\r';
}

static bool is_text(unsigned char byte)
{
    return (byte >= ' ' && byte < DELETE) || byte == '\t';
}

bool line_input_take(struct line_input *input, unsigned char byte)
{
    if (is_end(byte)) {
        return input->length > 0 || input->broken != OK;
    }
    if (byte == BACKSPACE || byte == DELETE) {
        input->length -= input->length > 0;
    } else if (!is_text(byte)) {
        input->broken = ERR_INVALID;
    } else if (input->length == LINE_INPUT_MAX) {
        input->broken = ERR_RANGE;
    } else {
        input->text[input->length++] = (char)byte;
    }
    input->text[input->length] = '\0';
    return false;
}
