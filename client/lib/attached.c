/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/attached.h"

void attached_add(struct attached_list *list, struct attached *a)
{
    a->next = list->first;
    list->first = a;
}

void attached_remove(struct attached_list *list, struct attached *a)
{
    struct attached **at = &list->first;

    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    if (list->tended_next == a)
        list->tended_next = a->next;
}

void attached_tend(struct attached_list *list, struct cw_mono now, const bool *stop)
{
    for (struct attached *a = list->first; a != NULL && !*stop; a = list->tended_next) {
        list->tended_next = a->next;
        a->ops->tend(a, now);
    }
    list->tended_next = NULL;
}

struct cw_mono attached_wake_at(const struct attached_list *list)
{
    struct cw_mono at = CW_NEVER;

    for (const struct attached *a = list->first; a != NULL; a = a->next)
        at = mono_earlier(at, a->ops->wake_at(a));
    return at;
}

void attached_leave(struct attached_list *list)
{
    while (list->first != NULL)
        list->first->ops->leave(list->first);
}
