// SPDX-License-Identifier: MIT
// The search for the balloon in QEMU's object tree.
// Limits: WALK_NODES objects and WALK_DEPTH levels below /machine; links are
// not followed, so the walk cannot go in circles. qapi/qom.json.
#include "balloon/balloon.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "qmp/json.h"
#include "qmp/qom.h"

enum {
    WALK_NODES = 4096,
    WALK_DEPTH = 12
};

struct search {
    struct balloon *balloon;
    bool found;
    char hyperv[DEVICE_PATH]; // the path of an hv-balloon, if there is one
};

// Whether a name needs no escape on a terminal, as is true of all names that
// QEMU makes itself.
static bool is_plain(const char *text)
{
    char escaped[DEVICE_PATH];

    text_escape(escaped, sizeof escaped, text, strlen(text));
    return *text && strcmp(escaped, text) == 0;
}

// The TYPE in "child<TYPE>". False for a property that is no child, or whose
// name or type is not plain, or whose type is too long.
static bool child_type(struct json_object *property, char *type, size_t size)
{
    const char *name = json_member_string(property, "name");
    const char *text = json_member_string(property, "type");

    if (!name || !is_plain(name) || !text || !is_plain(text) ||
        strncmp(text, "child<", 6) != 0 || strlen(text) - 7 >= size ||
        text[strlen(text) - 1] != '>') {
        return false;
    }
    text_format(type, size, "%.*s", (int)strlen(text) - 7, text + 6);
    return true;
}

static bool has_guest_stats(struct json_object *properties)
{
    for (size_t i = 0; i < json_object_array_length(properties); i++) {
        struct json_object *property = json_object_array_get_idx(properties, i);
        const char *name = json_member_string(property, "name");
        if (name && strcmp(name, "guest-stats") == 0) {
            return true;
        }
    }
    return false;
}

// The properties of an object. If QEMU does not have the object (any more),
// *properties is NULL; that is no failure.
static bool list(struct search *search, const char *path,
                 struct json_object **properties, struct failure *failure)
{
    if (qom_list(search->balloon->session, path, search->balloon->deadline,
                 properties, failure)) {
        return true;
    }
    *properties = NULL;
    return strcmp(failure->error_class, "DeviceNotFound") == 0;
}

static void take(struct search *search, const char *path, const char *type)
{
    text_format(search->balloon->device.path, DEVICE_PATH, "%s", path);
    text_format(search->balloon->device.type, DEVICE_TYPE, "%s", type);
    search->found = true;
}

// Takes a child whose type is virtio-balloon if it has guest-stats.
static bool try_child(struct search *search, const char *path, const char *type,
                      struct failure *failure)
{
    AUTO_JSON struct json_object *properties = NULL;

    if (strncmp(type, "hv-balloon", 10) == 0) {
        text_format(search->hyperv, DEVICE_PATH, "%s", path);
    }
    if (strncmp(type, "virtio-balloon", 14) != 0) {
        return true;
    }
    if (!list(search, path, &properties, failure)) {
        return false;
    }
    if (properties && has_guest_stats(properties)) {
        take(search, path, type);
    }
    return true;
}

// Searches one of the two folders where QEMU puts devices from -device.
static bool look_in_folder(struct search *search, const char *folder,
                           struct failure *failure)
{
    AUTO_JSON struct json_object *children = NULL;
    char type[DEVICE_TYPE];
    char path[DEVICE_PATH];
    bool ok = list(search, folder, &children, failure);

    for (size_t i = 0; ok && !search->found && children &&
                       i < json_object_array_length(children);
         i++) {
        struct json_object *child = json_object_array_get_idx(children, i);
        const char *name = json_member_string(child, "name");
        if (child_type(child, type, sizeof type) &&
            strlen(folder) + strlen(name) + 2 <= sizeof path) {
            text_format(path, sizeof path, "%s/%s", folder, name);
            ok = try_child(search, path, type, failure);
        }
    }
    return ok;
}

// The objects of the walk: those already visited, then those to be visited.
struct walk {
    struct node {
        char path[DEVICE_PATH];
        char type[DEVICE_TYPE];
        int depth;
    } * nodes; // room for WALK_NODES
    size_t count;
};

static void add_node(struct walk *walk, const char *parent, const char *name,
                     const char *type, int depth)
{
    // A path that does not fit is skipped: a cut path would be wrong.
    if (walk->count == WALK_NODES || depth > WALK_DEPTH ||
        strlen(parent) + strlen(name) + 2 > DEVICE_PATH) {
        return;
    }
    struct node *node = &walk->nodes[walk->count++];
    text_format(node->path, sizeof node->path, "%s%s%s", parent,
                *name ? "/" : "", name);
    text_format(node->type, sizeof node->type, "%s", type);
    node->depth = depth;
}

static bool visit(struct search *search, struct walk *walk, size_t index,
                  struct failure *failure)
{
    struct node node = walk->nodes[index];
    AUTO_JSON struct json_object *properties = NULL;
    char type[DEVICE_TYPE];

    if (!list(search, node.path, &properties, failure)) {
        return false;
    }
    if (properties && has_guest_stats(properties)) {
        take(search, node.path, node.type);
    }
    for (size_t i = 0; properties && i < json_object_array_length(properties);
         i++) {
        struct json_object *child = json_object_array_get_idx(properties, i);
        const char *name = json_member_string(child, "name");
        if (child_type(child, type, sizeof type)) {
            add_node(walk, node.path, name, type, node.depth + 1);
        }
    }
    return true;
}

// Walks through /machine, nearest objects first, until one has the property.
static bool walk_machine(struct search *search, struct failure *failure)
{
    struct walk walk = {.nodes = memory_get(WALK_NODES * sizeof *walk.nodes)};
    bool ok = true;

    add_node(&walk, "/machine", "", "machine", 0);
    for (size_t i = 0; ok && !search->found && i < walk.count; i++) {
        ok = visit(search, &walk, i, failure);
    }
    free(walk.nodes);
    return ok;
}

bool balloon_find(struct balloon *balloon, struct failure *failure)
{
    struct search search = {.balloon = balloon};

    if (!look_in_folder(&search, "/machine/peripheral", failure) ||
        (!search.found &&
         !look_in_folder(&search, "/machine/peripheral-anon", failure)) ||
        (!search.found && !walk_machine(&search, failure))) {
        return false;
    }
    if (search.found) {
        return true;
    }
    failure_set(failure, CODE_NO_BALLOON,
                "the machine has no virtio-balloon device (nothing below "
                "/machine has the property guest-stats)");
    if (search.hyperv[0]) {
        failure_add(failure,
                    "; the hv-balloon at %s has another protocol, which this "
                    "tool does not support",
                    search.hyperv);
    }
    return false;
}
