//go:build ignore

// Prints escape.txt: a text, and what text/template's HTMLEscapeString and JSEscapeString make of it.
package main

import (
	"fmt"
	"text/template"
)

func main() {
	for _, text := range []string{"", "abc", `<a href="x">'&'</a>`, "\x00\x01\x1f\x7f\n\r\t\\", "蓝鲸 é 😀", "a\xffb\xe8\x93", "a=b&c", "\u00a0\u00ad\u2028\u2029\ufeff\ufffd\u0378\U000e0001", "`$`{}"} {
		fmt.Printf("%q\t%q\t%q\n", text, template.HTMLEscapeString(text), template.JSEscapeString(text))
	}
}
