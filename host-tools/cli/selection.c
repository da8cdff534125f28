// SPDX-License-Identifier: MIT
// Cases chosen by id, filter and shard.
// Limits: FORMS cases a claim at most.
#include "cli/selection.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "claims/registry.h"

// `form` NULL: the claim's only case.
static void add(struct selection *selection, const struct claim *claim,
                const struct fixture_form *form)
{
    struct buffer name = {0};

    buffer_format(&name, "%s%s%s", claim->id, form ? "/" : "",
                  form ? form->name : "");
    selection->cases[selection->count] = (struct runner_case){
        .claim = claim, .form = form ? form : &fixture_forms[FORM_MMIO_LEGACY]};
    selection->subjects[selection->count++] = (struct subject){
        .name = name.data,
        .claim = claim->id,
        .form = form ? form->name : SELECTION_ONCE,
        .place = claim->place,
        .statement = claim->statement,
    };
}

static void add_forms(struct selection *selection, const struct claim *claim)
{
    if (claim->forms == FORMS_ONCE) {
        add(selection, claim, NULL);
        return;
    }
    for (int i = 0; i < FORMS; i++) {
        add(selection, claim, &fixture_forms[i]);
    }
}

static void add_all(struct selection *selection)
{
    size_t count;
    const struct claim *const *claims = claims_all(&count);
    size_t most = 1 + FORMS * count;

    selection->cases = memory_get(most * sizeof *selection->cases);
    selection->subjects = memory_get(most * sizeof *selection->subjects);
    add_forms(selection, &claim_canary);
    for (size_t i = 0; i < count; i++) {
        add_forms(selection, claims[i]);
    }
}

// An id names a case, a claim, or all claims of a group.
static bool matches_id(const char *id, const struct subject *subject)
{
    size_t group = strcspn(subject->claim, ".");

    return strcmp(id, subject->name) == 0 || strcmp(id, subject->claim) == 0 ||
           (strlen(id) == group && strncmp(id, subject->claim, group) == 0);
}

static bool is_requested(const struct selection_wish *wish,
                         const struct subject *subject)
{
    for (size_t i = 0; i < wish->id_count; i++) {
        if (matches_id(wish->ids[i], subject)) {
            return true;
        }
    }
    return wish->id_count == 0;
}

static bool has_form(const struct selection_wish *wish,
                     const struct subject *subject)
{
    for (size_t i = 0; i < wish->form_count; i++) {
        if (strcmp(wish->forms[i], subject->form) == 0) {
            return true;
        }
    }
    return wish->form_count == 0;
}

static bool passes(const struct selection_wish *wish,
                   const struct subject *subject)
{
    const char *filter = wish->filter;

    if (!has_form(wish, subject)) {
        return false;
    }
    if (!filter) {
        return true;
    }
    if (strpbrk(filter, "*?[")) {
        return fnmatch(filter, subject->name, 0) == 0 ||
               fnmatch(filter, subject->claim, 0) == 0;
    }
    return strstr(subject->name, filter);
}

// Claims come before their cases, so that a suggestion is a claim if one fits.
static const char *nearest_name(const struct selection *all, const char *id)
{
    const char **candidates = memory_get(all->count * sizeof *candidates);
    size_t count = 0;

    for (size_t i = 1; i < all->count; i++) {
        if (strcmp(all->subjects[i - 1].claim, all->subjects[i].claim) != 0) {
            candidates[count++] = all->subjects[i].claim;
        }
    }
    const char *nearest = text_nearest(id, candidates, count);
    for (size_t i = 1; i < all->count; i++) {
        candidates[i - 1] = all->subjects[i].name;
    }
    if (!nearest) {
        nearest = text_nearest(id, candidates, all->count - 1);
    }
    free(candidates);
    return nearest;
}

static bool unknown(const struct selection *all, const char *id,
                    struct failure *failure)
{
    const char *nearest = nearest_name(all, id);
    char shown[80];

    text_escape(shown, sizeof shown, id, strlen(id));
    failure_set(failure, CODE_USAGE, "there is no claim '%s'", shown);
    if (nearest) {
        failure_add(failure, "; did you mean '%s'?", nearest);
    } else {
        failure_add(failure, "; 'aerostat verify --list' shows all");
    }
    return false;
}

static bool check_forms(const struct selection_wish *wish,
                        struct failure *failure)
{
    char shown[80];

    for (size_t i = 0; i < wish->form_count; i++) {
        const char *form = wish->forms[i];
        if (strcmp(form, SELECTION_ONCE) == 0 || fixture_form_named(form)) {
            continue;
        }
        text_escape(shown, sizeof shown, form, strlen(form));
        failure_set(failure, CODE_USAGE, "there is no form '%s', only %s",
                    shown, SELECTION_ONCE);
        for (int j = 0; j < FORMS; j++) {
            failure_add(failure, ", %s", fixture_forms[j].name);
        }
        return false;
    }
    return true;
}

static bool check_ids(const struct selection_wish *wish,
                      const struct selection *all, struct failure *failure)
{
    for (size_t i = 0; i < wish->id_count; i++) {
        bool known = false;
        for (size_t j = 0; j < all->count && !known; j++) {
            known = matches_id(wish->ids[i], &all->subjects[j]);
        }
        if (!known) {
            return unknown(all, wish->ids[i], failure);
        }
    }
    return true;
}

// Keeps the canary and the requested cases.
static void keep_selected(const struct selection_wish *wish,
                          struct selection *selection)
{
    size_t kept = 1;
    size_t wanted = 0;

    for (size_t i = 1; i < selection->count; i++) {
        const struct subject *subject = &selection->subjects[i];
        if (is_requested(wish, subject) && passes(wish, subject) &&
            wanted++ % wish->shards == wish->shard - 1) {
            selection->cases[kept] = selection->cases[i];
            selection->subjects[kept++] = *subject;
        } else {
            free((char *)subject->name);
        }
    }
    selection->count = kept;
}

static bool is_empty(const struct selection_wish *wish,
                     const struct selection *all)
{
    for (size_t i = 0; i < all->count; i++) {
        if (is_requested(wish, &all->subjects[i]) &&
            passes(wish, &all->subjects[i])) {
            return false;
        }
    }
    return true;
}

bool selection_make(const struct selection_wish *wish,
                    struct selection *selection, struct failure *failure)
{
    *selection = (struct selection){0};
    add_all(selection);
    bool ok = check_forms(wish, failure) && check_ids(wish, selection, failure);
    if (ok && is_empty(wish, selection)) {
        ok = failure_set(failure, CODE_USAGE,
                         "no case is left; 'aerostat verify --list' shows all");
    }
    if (!ok) {
        selection_free(selection);
        return false;
    }
    keep_selected(wish, selection);
    return true;
}

void selection_free(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        free((char *)selection->subjects[i].name);
    }
    free(selection->cases);
    free(selection->subjects);
    *selection = (struct selection){0};
}
