// SPDX-License-Identifier: MIT
// Strict parsing of the guest's stats, sent and work lines.
// Limits: TRUTH_ENTRIES keys a line; the syntax is in the header.
#include "balloon/truth.h"

#include <string.h>

#include "base/text.h"

// A key=value word, cut out of the line.
struct word {
    char key[STATISTIC_KEY];
    uint64_t value;
};

static enum truth_kind malformed(char *reason, const char *what,
                                 const char *where, size_t length)
{
    char shown[48];

    text_escape(shown, sizeof shown, where, length);
    text_format(reason, TRUTH_REASON, "%s%s%s", what, length ? ": " : "",
                length ? shown : "");
    return TRUTH_MALFORMED;
}

static const char *value_problem(const char *text, size_t length,
                                 uint64_t *value)
{
    char digits[32];

    // Too long for a 64-bit number, or leading zeros, which no guest prints.
    if (length >= sizeof digits || (length > 1 && text[0] == '0')) {
        return "a value that is no plain 64-bit number";
    }
    memcpy(digits, text, length);
    digits[length] = '\0';
    switch (text_to_uint64(digits, value)) {
    case NUMBER_OK:
        return NULL;
    case NUMBER_EMPTY:
        return "an empty value";
    case NUMBER_OVERFLOW:
        return "a value of 2^64 or more";
    case NUMBER_GARBAGE:
        break;
    }
    return "a value that is not decimal";
}

// Parses the word of `length` characters. NULL: it is well-formed.
static const char *word_problem(const char *text, size_t length,
                                struct word *word)
{
    static const char key_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t key_length = strspn(text, key_bytes);

    if (length == 0) {
        return "two blanks in a row, or one at the end";
    }
    if (key_length >= length || text[key_length] != '=') {
        return "a word that is not key=value";
    }
    if (key_length == 0) {
        return "an empty key";
    }
    if (key_length >= sizeof word->key) {
        return "a key that is too long";
    }
    memcpy(word->key, text, key_length);
    word->key[key_length] = '\0';
    return value_problem(text + key_length + 1, length - key_length - 1,
                         &word->value);
}

// Adds one word to the truth. NULL: the word is allowed in that place.
static const char *take_word(const struct word *word, struct truth *truth)
{
    bool is_seq = strcmp(word->key, "seq") == 0;

    if (truth->seq == 0) {
        truth->seq = word->value;
        return !is_seq           ? "seq does not come first"
               : truth->seq == 0 ? "seq is 0"
                                 : NULL;
    }
    if (is_seq || truth_find(truth, word->key)) {
        return "a key that occurs twice";
    }
    if (truth->count == TRUTH_ENTRIES) {
        return "too many keys";
    }
    struct truth_entry *entry = &truth->entries[truth->count++];
    memcpy(entry->key, word->key, sizeof entry->key);
    entry->value = word->value;
    return NULL;
}

// Moves the words of a work line to their place. False if they are others.
static bool take_work(struct truth *truth)
{
    const struct truth_entry *order = truth_find(truth, "order");
    const struct truth_entry *done = truth_find(truth, "done");

    if (!order || !done || truth->count != 2 || order->value == 0) {
        return false;
    }
    truth->work = (struct truth_work){order->value, done->value};
    truth->count = 0;
    return true;
}

// The words after the first blank.
static enum truth_kind parse_words(const char *text, enum truth_kind kind,
                                   struct truth *truth, char *reason)
{
    bool more = true;

    while (more) {
        struct word word;
        size_t length = strcspn(text, " ");
        const char *problem = word_problem(text, length, &word);
        if (!problem) {
            problem = take_word(&word, truth);
        }
        if (problem) {
            return malformed(reason, problem, text, length);
        }
        more = text[length] == ' ';
        text += length + more;
    }
    if (kind == TRUTH_SENT && truth->count) {
        return malformed(reason, "a sent line with more than seq", "", 0);
    }
    if (kind == TRUTH_WORK && !take_work(truth)) {
        return malformed(reason, "a work line without order and done", "", 0);
    }
    return kind;
}

enum truth_kind truth_parse(const char *line, struct truth *truth, char *reason)
{
    size_t length = strcspn(line, " ");
    enum truth_kind kind = TRUTH_LOG;

    *truth = (struct truth){0};
    if (length == 5 && memcmp(line, "stats", 5) == 0) {
        kind = TRUTH_STATS;
    } else if (length == 4 && memcmp(line, "sent", 4) == 0) {
        kind = TRUTH_SENT;
    } else if (length == 4 && memcmp(line, "work", 4) == 0) {
        kind = TRUTH_WORK;
    } else {
        return TRUTH_LOG;
    }
    if (line[length] == '\0') {
        return malformed(reason, "no seq", "", 0);
    }
    return parse_words(line + length + 1, kind, truth, reason);
}

static bool fits(const char *begun, const char *word)
{
    size_t length = strlen(begun);
    size_t most = strlen(word);

    return strncmp(begun, word, length < most ? length : most) == 0;
}

bool truth_can_become(const char *begun)
{
    return *begun && (fits(begun, "stats ") || fits(begun, "sent "));
}

const struct truth_entry *truth_find(const struct truth *truth, const char *key)
{
    for (size_t i = 0; i < truth->count; i++) {
        if (strcmp(truth->entries[i].key, key) == 0) {
            return &truth->entries[i];
        }
    }
    return NULL;
}

static void feed_malformed(struct truth_feed *feed, const char *reason)
{
    if (!feed->malformed) {
        feed->malformed = true;
        text_format(feed->reason, sizeof feed->reason, "%s", reason);
    }
}

void truth_feed_line(struct truth_feed *feed, const char *line, bool cut)
{
    char reason[TRUTH_REASON];
    struct truth truth;
    enum truth_kind kind = truth_parse(line, &truth, reason);

    if (kind == TRUTH_LOG) {
        return;
    }
    if (kind == TRUTH_MALFORMED) {
        feed_malformed(feed, reason);
    } else if (cut) {
        feed_malformed(feed, "the line is too long, or holds a NUL");
    } else if (kind == TRUTH_STATS) {
        if (truth.seq != feed->newest.seq + 1) {
            feed_malformed(feed, "a stats line out of sequence");
        }
        feed->newest = truth;
        feed->newest.work = feed->work;
        feed->work = (struct truth_work){0};
    } else if (kind == TRUTH_WORK) {
        if (truth.seq != feed->newest.seq + 1 || feed->work.order) {
            feed_malformed(feed, "a work line that fits no stats line");
        }
        feed->work = truth.work;
    } else {
        if (truth.seq != feed->newest.seq || truth.seq == feed->sent) {
            feed_malformed(feed, "a sent line that fits no stats line");
        }
        feed->sent = truth.seq;
    }
}

bool truth_feed_settled(const struct truth_feed *feed)
{
    return feed->newest.seq && feed->sent == feed->newest.seq;
}
