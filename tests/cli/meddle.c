/* For tests of this folder: a store looked into and changed behind the program's back.
 *
 *   meddle DIR sql TEXT         runs SQL as it is, checksums or not; prints the rows
 *   meddle DIR note NAME TEXT   replaces a note, with a checksum that holds */
#include "store/store.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static int print_row(void *ctx, int n, char **value, char **name) {
    (void)ctx, (void)name;
    for (int i = 0; i < n; i++)
        printf("%s%s", i ? "," : "", value[i] ? value[i] : "");
    puts("");
    return 0;
}

static int run_sql(const char *dir, const char *text) {
    char path[4096], *message = NULL;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/sweep.db", dir);
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, text, print_row, NULL, &message);
    if (rc != SQLITE_OK)
        fprintf(stderr, "%s: %s\n", path, message ? message : sqlite3_errmsg(db));
    sqlite3_close(db);
    return rc != SQLITE_OK;
}

static int put_note(const char *dir, const char *name, const char *text) {
    struct err e = {0};
    struct store *s = store_open(dir, false, false, &e);
    const bool ok = s && store_put_note(s, name, text, strlen(text), &e);
    store_close(s);
    if (e.text)
        fputs(e.text, stderr);
    err_clear(&e);
    return !ok;
}

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[2], "sql"))
        return run_sql(argv[1], argv[3]);
    if (argc == 5 && !strcmp(argv[2], "note"))
        return put_note(argv[1], argv[3], argv[4]);
    fprintf(stderr, "meddle DIR sql TEXT | meddle DIR note NAME TEXT\n");
    return 2;
}
