/* TeX as Markdown, and pictures in Markdown: what goes in, and what comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "actors/store/package_markdown.h"
#include "actors/store/package_tex.h"
#include "actors/store/package_zip.h"

static const struct {
    const char *tex;
    const char *markdown; /* without the newline at its end */
} s_tex[] = {
    {"plain  text\n  of two lines\n\n\nand a paragraph",
     "plain text\nof two lines\n\nand a paragraph"},
    {"$a_1 \\le b$, $$x^2$$ \\(c\\) \\[d\\]", "$a_1 \\le b$, $$x^2$$ $c$ $$d$$"},
    {"$a % b$", "$a % b$"},
    {"\\begin{equation}e = m\\end{equation}", "$$e = m$$"},
    {"\\begin{align*}a&=b\\\\c&=d\\end{align*}", "$$\\begin{align*}a&=b\\\\c&=d\\end{align*}$$"},
    {"\\textbf{bold} {\\bf too} \\emph{soft} \\textit{soft} {\\it so}",
     "**bold** **too** *soft* *soft* *so*"},
    {"\\texttt{a\\_b} \\t{x} {\\tt y}", "`a_b` `x` `y`"},
    {"\\texttt{$x$}", "$x$"},
    {"a*b_c<d", "a\\*b\\_c\\<d"},
    {"100\\% \\& \\$5 \\# \\_ \\{x\\}", "100% & \\$5 \\# \\_ {x}"},
    {"``quoted'' `q' -- and --- so~on\\ldots{} done", "“quoted” ‘q' – and — so\u00a0on… done"},
    {"\\'e \\\"{o} \\c{c} \\ss{} \\o", "e\u0301 o\u0308 c\u0327 ß ø"},
    {"% gone\nkept % gone\nkept too", "kept kept too"},
    {"one\\\\two", "one  \ntwo"},
    {"\\section*{Input}\nOne.\n\\subsection{More}\nTwo.", "## Input\n\nOne.\n\n### More\n\nTwo."},
    {"Legend.\n\n\\InputFile\nOne.\n\\OutputFile\nTwo.\n\\Note\nThree.",
     "Legend.\n\n## Input\n\nOne.\n\n## Output\n\nTwo.\n\n## Note\n\nThree."},
    {"\\begin{itemize}\n\\item one\n\\item two\n\\end{itemize}\nafter", "- one\n- two\n\nafter"},
    {"\\begin{enumerate}\\item a\\begin{itemize}\\item b\\end{itemize}\\item c\\end{enumerate}",
     "1. a\n\n   - b\n\n1. c"},
    {"\\begin{itemize}\\item[$x$] one\\end{itemize}", "- **$x$** one"},
    {"\\begin{verbatim}\na_b *c*\n\\end{verbatim}", "````\na_b *c*\n````"},
    {"\\begin{tabular}{|l|r|}\n\\hline a & $b|c$ \\\\\n\\hline c & d\\\\\n\\hline\n\\end{tabular}",
     "| a | $b|c$ |\n|---|---|\n| c | d |"},
    {"\\includegraphics[width=3cm]{pic.png}", "![](pic.png)"},
    {"\\begin{center}\\includegraphics{a}\\end{center}", "![](a)"},
    {"\\illustration{0.3}{pic}{A \\textbf{pic}}", "![A **pic**](pic)"},
    {"\\url{http://a.b} \\href{http://c.d}{here}", "<http://a.b> [here](http://c.d)"},
    {"a\\footnote{b}", "a (b)"},
    {"\\unknown{kept}", "\\unknownkept"},
    {"- not a list\n+ nor this\n# nor a heading",
     "\\- not a list\n\\+ nor this\n\\# nor a heading"},
    {"x\\begin{example}\n\\exmp{1}{2}\n\\end{example}y", "xy"},
    {"\\textbf{never ends", "never ends"},
    {"costs $5", "costs \\$5"},
    {"\\def \\htmlPixelsInCm {45}a", "a"},
    {"", ""},
};

static void tex_becomes_markdown(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof s_tex / sizeof s_tex[0]; i++) {
        struct buffer out, title;
        buffer_init(&out, 65536);
        buffer_init(&title, 256);
        package_tex_to_markdown(slice_of(s_tex[i].tex), &out, &title);
        struct slice is = buffer_slice(&out);
        is.length -= is.length > 0; /* the newline at its end */
        if (!slice_is(is, s_tex[i].markdown)) {
            print_error("%s\n is  «%.*s»\n not «%s»\n", s_tex[i].tex, (int)is.length, is.data,
                        s_tex[i].markdown);
            wrong++;
        }
        buffer_fini(&out);
        buffer_fini(&title);
    }
    assert_int_equal(wrong, 0);
}

static void tex_names_the_problem(void **state)
{
    (void)state;
    static const char *const texts[] = {"\\problemname{A  Name} x",
                                        "\\begin{problem}{A Name}{in}{out}{1}{2}x\\end{problem}"};
    for (size_t i = 0; i < 2; i++) {
        struct buffer out, title;
        buffer_init(&out, 65536);
        buffer_init(&title, 256);
        package_tex_to_markdown(slice_of(texts[i]), &out, &title);
        assert_true(slice_is(buffer_slice(&title), "A Name"));
        assert_non_null(memchr(out.data, 'x', out.length));
        buffer_fini(&out);
        buffer_fini(&title);
    }
}

/* What never ends is looked for once: a text of 256 KiB takes no time, whatever stands in it. */
static void hostile_tex_takes_no_time(void **state)
{
    (void)state;
    static const char *const pieces[] = {"\\textbf{",
                                         "{\\bf ",
                                         "\\begin{verbatim}",
                                         "\\(",
                                         "$$ $",
                                         "\\begin{itemize}\\item[",
                                         "\\begin{tabular}{l}",
                                         "\\\\["};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buffer text, out, title;
        buffer_init(&text, 256 * 1024);
        buffer_init(&out, 512 * 1024);
        buffer_init(&title, 256);
        while (buffer_append_text(&text, pieces[i]))
            ;
        package_tex_to_markdown(buffer_slice(&text), &out, &title);
        buffer_fini(&text);
        buffer_fini(&out);
        buffer_fini(&title);
    }
}

static const struct {
    const char *text;
    const char *result;
} s_markdown[] = {
    {"![a](b.png)", "![a](NEW:b.png@1)"},
    {"x\n![a [b]](dir/b.png \"title\") y", "x\n![a [b]](NEW:dir/b.png@2 \"title\") y"},
    {"![a](<b c.png>)", "![a](<NEW:b c.png@1>)"},
    {"<img width=\"3\" src='b.svg'>", "<img width=\"3\" src='NEW:b.svg@1'>"},
    {"`![a](b)` ``![a](b)`` \\![a](b) [a](b)", "`![a](b)` ``![a](b)`` \\![a](b) [a](b)"},
    {"```\n![a](b)\n```\n![c](d)", "```\n![a](b)\n```\n![c](NEW:d@4)"},
    {"![a](https://e.f/g.png) ![h](/problems/files/i.png)",
     "![a](https://e.f/g.png) ![h](/problems/files/i.png)"},
    {"$a![x$ ![y] (z) ![", "$a![x$ ![y] (z) !["},
    {"![a][b] [c]\n\n[b]: dir/d.PNG \"t\"\n[c]: e.html\n[f",
     "![a][b] [c]\n\n[b]: NEW:dir/d.PNG@3 \"t\"\n[c]: e.html\n[f"},
    {"`unended ![a](b)", "`unended ![a](NEW:b@1)"},
};

static bool s_new(void *context, struct slice target, unsigned line, struct buffer *address)
{
    (void)context;
    return buffer_printf(address, "NEW:%.*s@%u", (int)target.length, target.data, line);
}

static void pictures_get_new_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof s_markdown / sizeof s_markdown[0]; i++) {
        struct buffer out;
        buffer_init(&out, 65536);
        assert_true(package_markdown_pictures(slice_of(s_markdown[i].text), s_new, NULL, &out));
        if (!slice_is(buffer_slice(&out), s_markdown[i].result)) {
            print_error("%s\n is %.*s\n", s_markdown[i].text, (int)out.length, out.data);
            fail();
        }
        buffer_fini(&out);
    }
}

/* A zip of one stored or deflated file of 4000 zeros, made by hand: sizes and sums may lie. */
static size_t s_make_zip(char *bytes, bool deflated, uint32_t size, uint32_t crc)
{
    static const unsigned char packed[] = {0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00,
                                           0xc2, 0xa0, 0xf5, 0x4f, 0x6d, 0x0c, 0x1f,
                                           0xa0, 0x00, 0x00, 0x00, 0x80, 0xb7, 0x01};
    const uint32_t length = deflated ? sizeof packed : 4000;
    memset(bytes, 0, 4200);
    memcpy(bytes, "PK\3\4", 4);
    bytes[26] = 1; /* of the name */
    bytes[30] = 'a';
    if (deflated)
        memcpy(bytes + 31, packed, sizeof packed);
    size_t at = 31 + length;
    memcpy(bytes + at, "PK\1\2", 4);
    bytes[at + 10] = deflated ? 8 : 0;
    memcpy(bytes + at + 16, &crc, 4);
    memcpy(bytes + at + 20, &length, 4);
    memcpy(bytes + at + 24, &size, 4);
    bytes[at + 28] = 1;
    bytes[at + 46] = 'a';
    uint32_t begin = (uint32_t)at, list_bytes = 47;
    at += list_bytes;
    memcpy(bytes + at, "PK\5\6", 4);
    bytes[at + 8] = bytes[at + 10] = 1;
    memcpy(bytes + at + 12, &list_bytes, 4);
    memcpy(bytes + at + 16, &begin, 4);
    return at + 22;
}

static bool s_drop(void *context, const void *data, size_t length)
{
    (void)data;
    *(size_t *)context += length;
    return true;
}

/* "": it unpacks. */
static void s_assert_zip(bool deflated, uint32_t size, uint32_t crc, size_t max, const char *why)
{
    static char bytes[4300];
    struct zip zip;
    struct zip_entry entry;
    struct package_error error = {.what = ""};
    size_t length = s_make_zip(bytes, deflated, size, crc), got = 0;
    assert_true(zip_open(&zip, slice_from(bytes, length), &error));
    assert_int_equal(zip_next(&zip, &entry, &error), 1);
    assert_true(slice_is(entry.name, "a"));
    assert_int_equal(zip_unpack(&entry, max, s_drop, &got, &error), *why == 0);
    assert_non_null(strstr(error.what, why));
    assert_true(got <= max);
    assert_int_equal(zip_next(&zip, &entry, &error), 0);
}

static void zips_are_not_believed(void **state)
{
    (void)state;
    const uint32_t crc = 0x3a8b93be;
    s_assert_zip(false, 4000, crc, 4000, "");
    s_assert_zip(true, 4000, crc, 4000, "");
    s_assert_zip(true, 4000, crc, 3999, "more than 3999 bytes");
    s_assert_zip(false, 4000, crc, 100, "more than 100 bytes");
    s_assert_zip(true, 10, crc, 4000, "not what its list says");
    s_assert_zip(true, 4000, crc + 1, 4000, "not what its list says");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tex_becomes_markdown),      cmocka_unit_test(tex_names_the_problem),
        cmocka_unit_test(hostile_tex_takes_no_time), cmocka_unit_test(pictures_get_new_addresses),
        cmocka_unit_test(zips_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
