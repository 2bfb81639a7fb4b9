/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/words.h"

#include <ctype.h>
#include <stdio.h>

/* docs/protocol.md §8.5 lists them too; tests/tools/docs-agree compares. No two begin with the same four letters. */
static const char *const words[256] = {
    /* clang-format off */
    "acorn", "admiral", "airport", "album", "almond", "amber", "anchor", "ankle", "apron", "artist", "atlas", "attic",
    "autumn", "avenue", "badger", "bagpipe", "balcony", "bamboo", "banjo", "barley", "basket", "beacon", "beaver",
    "bicycle", "biscuit", "blossom", "bonfire", "bottle", "bramble", "bridge", "bronze", "buffalo", "button",
    "cabbage", "cactus", "camera", "canary", "canyon", "carpet", "castle", "cedar", "cello", "cherry", "chimney",
    "cinema", "circle", "clover", "coconut", "coffee", "comet", "copper", "coral", "cottage", "cousin", "cricket",
    "crystal", "cupboard", "curtain", "cyclone", "daffodil", "daisy", "dancer", "decimal", "dentist", "desert",
    "diamond", "dolphin", "domino", "donkey", "dragon", "drummer", "eagle", "earring", "echo", "eclipse", "elbow",
    "elephant", "emerald", "engine", "envelope", "escape", "evening", "fabric", "farmer", "feather", "festival",
    "fiddle", "flannel", "football", "forest", "fossil", "fountain", "fragment", "freckle", "furnace", "gallery",
    "garden", "garlic", "gazelle", "giant", "ginger", "giraffe", "glacier", "gondola", "gorilla", "granite", "gravel",
    "guitar", "gumboot", "harbour", "harvest", "hazel", "hedgehog", "helmet", "hexagon", "horizon", "hostel",
    "hunter", "iceberg", "igloo", "indigo", "insect", "island", "ivory", "jaguar", "jasmine", "jigsaw", "journal",
    "jubilee", "jungle", "juniper", "kangaroo", "keyhole", "kingdom", "kitchen", "knuckle", "lagoon", "lantern",
    "laundry", "lavender", "legend", "lemon", "leopard", "library", "lilac", "lizard", "lobster", "locket", "magnet",
    "mammoth", "marble", "meadow", "mermaid", "meteor", "midnight", "mirror", "mitten", "morning", "muffin", "museum",
    "mustard", "napkin", "nectar", "nickel", "noodle", "nugget", "nutmeg", "oatmeal", "ocean", "octopus", "olive",
    "onion", "opera", "orange", "orbit", "orchard", "otter", "outpost", "oxygen", "palace", "panther", "pastry",
    "peanut", "pebble", "pelican", "pencil", "picnic", "pigeon", "pillow", "pioneer", "poppy", "potato", "powder",
    "prairie", "pumpkin", "puppet", "pyramid", "quarry", "quilt", "quiver", "rabbit", "radish", "raincoat", "ribbon",
    "ripple", "rosemary", "rubber", "sandal", "satchel", "sausage", "scissors", "seagull", "shepherd", "silver",
    "sketch", "skylark", "snorkel", "soldier", "spider", "spinach", "sponge", "squirrel", "stable", "sugar",
    "swallow", "syrup", "tadpole", "tailor", "teapot", "temple", "tennis", "tortoise", "tractor", "treasure",
    "triangle", "trumpet", "tulip", "tunnel", "turkey", "typhoon", "unicorn", "vanilla", "victory", "village",
    "vinegar", "violet", "volcano", "vulture", "waffle", "walnut", "whisker", "window", "wombat", "yoghurt", "zebra",
    "zigzag",
    /* clang-format on */
};

const char *word_of(uint8_t byte)
{
    return words[byte];
}

void words_of(const struct hash *hash, char out[static WORDS_LEN_MAX])
{
    size_t used = 0;

    for (size_t i = 0; i < WORDS_COUNT; i++)
        used += (size_t)snprintf(out + used, WORDS_LEN_MAX - used, "%s%s", i > 0 ? " " : "", words[hash->b[i]]);
}

/* Whatever is no letter stands between words: spaces, hyphens, line ends. */
static const char *next_word(const char *text, char *out, size_t cap)
{
    size_t len = 0;

    while (*text != '\0' && isalpha((unsigned char)*text) == 0)
        text++;
    for (; isalpha((unsigned char)*text) != 0; text++)
        if (len + 1 < cap)
            out[len++] = (char)tolower((unsigned char)*text);
    out[len] = '\0';
    return text;
}

size_t words_differ(const char *text, const struct hash *hash)
{
    char word[32];

    for (size_t i = 0; i < WORDS_COUNT; i++) {
        text = next_word(text, word, sizeof(word));
        if (strcmp(word, words[hash->b[i]]) != 0)
            return i + 1;
    }
    (void)next_word(text, word, sizeof(word));
    return word[0] == '\0' ? 0 : WORDS_COUNT + 1;
}
