/* The line grammar. */
#include "plan/ini.h"
#include "plan_test.h"

/* Sections and entries as they were read, written one way. */
static char *dump(const char *text, size_t len, struct diag *d) {
    struct ini ini = {0};
    struct text out = {0};
    ini_read(&ini, text, len, d);
    for (size_t s = 0; s < ini.n_sections; s++) {
        const struct ini_section *section = &ini.sections[s];
        text_addf(&out, "%zu[%s|%s]", section->line, section->kind ? section->kind : "?", section->label);
        for (size_t i = section->first; i < section->first + section->n; i++)
            text_addf(&out, "%zu{%s|%s}", ini.entries[i].line, ini.entries[i].key, ini.entries[i].value);
    }
    ini_free(&ini);
    if (!out.s)
        text_add(&out, "");
    return out.s;
}

static void lines_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"\n\n", ""},
        {"[a]", "1[a|]"},
        {"[a]\nk=v", "1[a|]2{k|v}"},
        {"[a]\nk = v\n", "1[a|]2{k|v}"},
        {"  [ a   b c ]  \n\t k \t=\t v w \t\n", "1[a|b c]2{k|v w}"},
        {"[a]\r\nk = v\r\n", "1[a|]2{k|v}"},
        {"[a]\r\nk = v\r", "1[a|]2{k|v}"},
        {"\xEF\xBB\xBF[a]\nk=v\n", "1[a|]2{k|v}"},
        {"; one\n# two\n  ; three\n[a] ; four\nk = v # five\n", "4[a|]5{k|v}"},
        {"[a]\npath = x#y;z ;w\n", "1[a|]2{path|x#y;z}"},
        {"[a]\nk = ; nothing\n", "1[a|]2{k|}"},
        {"[a]\nk = b = c\n", "1[a|]2{k|b = c}"},
        {"[a]\nk=v\n[b x]\n\nl=w\n[a]\n", "1[a|]2{k|v}3[b|x]5{l|w}6[a|]"},
        {"[data b\xC3\xBC"
         "cher]\n",
         "1[data|b\xC3\xBC"
         "cher]"},
        {"[data a]b]\n", "1[data|a]b]"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct diag d = {.file = "x"};
        struct err e = {0};
        char *got = dump(cases[i].text, strlen(cases[i].text), &d);
        if (!diag_flush(&d, &e) || strcmp(got, cases[i].expected) != 0)
            fail_msg("%s\n  got      %s\n  expected %s\n%s", cases[i].text, got, cases[i].expected,
                     e.text ? e.text : "");
        free(got);
    }
}

static void bad_lines_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len; /* 0: to the NUL */
        const char *expected, *message;
    } cases[] = {
        {"[a\nk=v\n", 0, "1[?|]2{k|v}", "x:1: '[a': expected [section] or [section label]"},
        {"[a] b\n", 0, "1[?|]", "x:1: '[a] b': expected"},
        {"[a]\nkey\n", 0, "1[a|]", "x:2: 'key': expected [section] or key = value"},
        {"[a]\n= v\nk=v", 0, "1[a|]3{k|v}", "x:2: '= v': expected"},
        {"k = v\n[a]\n", 0, "2[a|]", "x:1: 'k = v' stands before any section"},
        {"[a]\nk = \0v\nl = w\n", 16, "1[a|]3{l|w}", "x:2: byte 0x00 (NUL) in column 5 is not text"},
        {"[a]\nk = \x01\n", 0, "1[a|]", "x:2: byte 0x01 in column 5"},
        {"[a]\nk = v\rw\n", 0, "1[a|]", "x:2: byte 0x0D in column 6"},
        {"[a]\nk = \x7F\n", 0, "1[a|]", "x:2: byte 0x7F"},
        {"[a]\nk = \xC3(\n", 0, "1[a|]", "x:2: byte 0xC3"},
        {"[a]\nk = \xC0\xAF\n", 0, "1[a|]", "x:2: byte 0xC0"},
        {"[a]\nk = \xED\xA0\x80\n", 0, "1[a|]", "x:2: byte 0xED"},
        {"[a]\nk = \xF4\x90\x80\x80\n", 0, "1[a|]", "x:2: byte 0xF4"},
        {"[a]\nk = \xE0\x80\xAF\n", 0, "1[a|]", "x:2: byte 0xE0"},
        {"[a]\nk = \xC2\x85\n", 0, "1[a|]", "x:2: byte 0xC2"},
        {"\x7F\n\x7F\n\x7F\n\x7F\n\x7F\n\x7F\n\x7F\n\x7F\n\x7F\n[a]\n", 0, "", "x:9: this is not a text file"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct diag d = {.file = "x"};
        struct err e = {0};
        char *got = dump(cases[i].text, cases[i].len ? cases[i].len : strlen(cases[i].text), &d);
        if (diag_flush(&d, &e) || strcmp(got, cases[i].expected) != 0 || !strstr(e.text, cases[i].message))
            fail_msg("case %zu\n  got      %s\n  expected %s\n  said     %s", i, got, cases[i].expected,
                     e.text);
        free(got);
        err_clear(&e);
    }
}

static void a_long_line_is_kept_whole(void **state) {
    (void)state;
    enum { LENGTH = 1000000 };
    struct text t = {0};
    struct diag d = {.file = "x"};
    struct ini ini = {0};
    text_add(&t, "[a]\nk = ");
    for (int i = 0; i < LENGTH; i++)
        text_add_n(&t, "v", 1);
    ini_read(&ini, t.s, t.len, &d);
    assert_int_equal(d.n, 0);
    assert_int_equal(strlen(ini.entries[0].value), LENGTH);
    ini_free(&ini);
    text_free(&t);
}

static void messages_come_by_line_then_in_order(void **state) {
    (void)state;
    struct diag d = {.file = "f"};
    struct err e = {0};
    diag_add(&d, 3, "c");
    diag_add(&d, 1, "a");
    diag_add(&d, 3, "d");
    diag_add(&d, 0, "elsewhere");
    diag_add(&d, 2, "b");
    assert_false(diag_flush(&d, &e));
    assert_string_equal(e.text, "elsewhere\nf:1: a\nf:2: b\nf:3: c\nf:3: d\n");
    err_clear(&e);
}

static void a_quotation_ends_with_a_whole_character(void **state) {
    (void)state;
    char s[100];
    assert_int_equal(diag_quoted("abc", 3), 3);
    memset(s, 'x', sizeof s);
    assert_int_equal(diag_quoted(s, sizeof s), 60);
    memcpy(s + 59, "\xC3\xBC", 2); /* NOLINT(bugprone-not-null-terminated-result): no string */
    assert_int_equal(diag_quoted(s, sizeof s), 59);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(bad_lines_are_named),
        cmocka_unit_test(a_long_line_is_kept_whole),
        cmocka_unit_test(messages_come_by_line_then_in_order),
        cmocka_unit_test(a_quotation_ends_with_a_whole_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
