/*
 * lex - the words of a Lua 5.4 text, each with its place.
 *
 * Works on bytes; columns count characters. It is stricter than Lua's own: the text must be UTF-8
 * without a byte order mark, at most LEX_BYTES_MAX long, and hold no byte code, no control
 * characters and no characters that turn the direction of writing. The names, numbers and strings
 * it accepts are those of Lua.
 *
 * Layer      plan: base only.
 * Ownership  A lexer borrows the source and the arena; the text of a name points into the source,
 *            the text of a string (escapes done) into the arena.
 * Errors     The first error stops it: the token is TOK_ERROR from then on, and `code`, `at` and
 *            `text` of lexer.error say what and where.
 */
#pragma once

#include "base/arena.h"
#include "plan/findings.h"

enum { LEX_BYTES_MAX = 256 * 1024, LEX_ERROR_BYTES = 512 };

/* enum, how it is written (operators and reserved words), or what it is */
#define TOK_TABLE(X)                                                                               \
    X(TOK_AND, "and")                                                                              \
    X(TOK_BREAK, "break")                                                                          \
    X(TOK_DO, "do")                                                                                \
    X(TOK_ELSE, "else")                                                                            \
    X(TOK_ELSEIF, "elseif")                                                                        \
    X(TOK_END, "end")                                                                              \
    X(TOK_FALSE, "false")                                                                          \
    X(TOK_FOR, "for")                                                                              \
    X(TOK_FUNCTION, "function")                                                                    \
    X(TOK_GOTO, "goto")                                                                            \
    X(TOK_IF, "if")                                                                                \
    X(TOK_IN, "in")                                                                                \
    X(TOK_LOCAL, "local")                                                                          \
    X(TOK_NIL, "nil")                                                                              \
    X(TOK_NOT, "not")                                                                              \
    X(TOK_OR, "or")                                                                                \
    X(TOK_REPEAT, "repeat")                                                                        \
    X(TOK_RETURN, "return")                                                                        \
    X(TOK_THEN, "then")                                                                            \
    X(TOK_TRUE, "true")                                                                            \
    X(TOK_UNTIL, "until")                                                                          \
    X(TOK_WHILE, "while")                                                                          \
    X(TOK_ELLIPSIS, "...")                                                                         \
    X(TOK_CONCAT, "..")                                                                            \
    X(TOK_EQ, "==")                                                                                \
    X(TOK_NE, "~=")                                                                                \
    X(TOK_LE, "<=")                                                                                \
    X(TOK_GE, ">=")                                                                                \
    X(TOK_SHL, "<<")                                                                               \
    X(TOK_SHR, ">>")                                                                               \
    X(TOK_IDIV, "//")                                                                              \
    X(TOK_DBCOLON, "::")                                                                           \
    X(TOK_PLUS, "+")                                                                               \
    X(TOK_MINUS, "-")                                                                              \
    X(TOK_STAR, "*")                                                                               \
    X(TOK_SLASH, "/")                                                                              \
    X(TOK_PERCENT, "%")                                                                            \
    X(TOK_CARET, "^")                                                                              \
    X(TOK_HASH, "#")                                                                               \
    X(TOK_AMP, "&")                                                                                \
    X(TOK_TILDE, "~")                                                                              \
    X(TOK_PIPE, "|")                                                                               \
    X(TOK_LT, "<")                                                                                 \
    X(TOK_GT, ">")                                                                                 \
    X(TOK_ASSIGN, "=")                                                                             \
    X(TOK_LPAREN, "(")                                                                             \
    X(TOK_RPAREN, ")")                                                                             \
    X(TOK_LBRACE, "{")                                                                             \
    X(TOK_RBRACE, "}")                                                                             \
    X(TOK_LBRACKET, "[")                                                                           \
    X(TOK_RBRACKET, "]")                                                                           \
    X(TOK_SEMICOLON, ";")                                                                          \
    X(TOK_COLON, ":")                                                                              \
    X(TOK_COMMA, ",")                                                                              \
    X(TOK_DOT, ".")                                                                                \
    X(TOK_NAME, "a name")                                                                          \
    X(TOK_STRING, "a string")                                                                      \
    X(TOK_NUMBER, "a number")                                                                      \
    X(TOK_END_OF_FILE, "the end of the file")                                                      \
    X(TOK_ERROR, "an error")

enum tok_kind {
#define X(kind, written) kind,
    TOK_TABLE(X)
#undef X
};

struct token {
    enum tok_kind kind;
    struct pos at;    /* of its first character */
    const char *text; /* name: in the source; string: its value; else as written in the source */
    size_t len;
    double number; /* TOK_NUMBER */
};

struct lex_error {
    const char *code; /* of a finding; NULL: none yet */
    struct pos at;
    char text[LEX_ERROR_BYTES];
};

struct lexer {
    const char *src;
    size_t len;
    size_t off; /* of the next byte */
    int line;
    size_t counted_to; /* columns of this line are counted up to this byte */
    int col;           /* of that byte */
    struct arena *arena;
    struct lex_error error;
};

/* How a kind of token is written, or what it is. A static string. */
const char *tok_text(enum tok_kind kind);

/* Check the text as a whole (size, encoding, byte code) and stand before its first token. */
void lex_init(struct lexer *lx, const char *src, size_t len, struct arena *arena);

/* The next token; TOK_END_OF_FILE for ever at the end, TOK_ERROR for ever after an error. */
struct token lex_next(struct lexer *lx);

/* May `len` bytes stand as a name: letters, digits and _ , no digit first, no reserved word? */
bool lex_is_name(const char *text, size_t len);
