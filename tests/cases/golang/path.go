//go:build ignore

// Prints path.txt: Go's path functions and filepath.Match.
package main

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

func main() {
	for _, p := range []string{"", "/", "//", "///a", "a", "a/", "a/b", "a/b/", "/a/b/", "a//b", "a/./b", "./a", ".", "..", "../a", "../../a", "a/..", "a/../..", "a/../../b", "/..", "/../a", "/a/../..", "a/b/../c", "...", "a.b", "a.b.c", ".a", "a/.b", "a.b/c", "a.", "蓝/鲸.log", "a/b.tar.gz", "a\xff/b", " /a ", "a/.../b", "C:\\a\\b.txt"} {
		dir, file := path.Split(p)
		fmt.Printf("path\t%q\t%q\t%q\t%q\t%q\t\"%t\"\t%q\t%q\n", p, path.Base(p), path.Dir(p), path.Ext(p), path.Clean(p), path.IsAbs(p), dir, file)
	}
	for _, elements := range []string{"", "a", "a b", "a/ /b", " a  b ", "/ a", "a .. b", "a ../.. b", "/ /", "  "} {
		fmt.Printf("join\t%q\t%q\n", elements, path.Join(strings.Split(elements, " ")...))
	}
	patterns := []string{"", "a", "*", "**", "*a", "a*", "a*b", "a*b*c", "*/*", "a/*", "*/a", "?", "??", "a?b", "[a]", "[ab]", "[a-c]", "[^a]", "[^a-c]x", "[!a]", "[a-]", "[-a]", "[]a]", "[]", "[^]", "[", "[a", "[a-", "[a-c", "[\\]]", "[\\-x]", "[a-\\c]", "[x-a]", "\\a", "\\*", "\\", "a\\", "*\\", "[\\", "a[", "*[", "a*[", "b*[", "[蓝-鲸]", "蓝*", "?鲸", "[^蓝]", "*.yaml", "conf.d/*.yaml", "a*/b", "a*?/c*", "a*[b]*c", "*x", "ab[^c]", "[\xff]", "\xff", "?\xff", "a/[b", "x/[b", "[/]", "a[/]b", "[^x]b", "*[^/]", "-", "]", "a]b", "*\\*", "[a-b-c]"}
	names := []string{"", "a", "b", "ab", "abc", "axbxc", "a/b", "a/bb", "/", "-", "]", "[", "\\", "*", "a*", "蓝", "蓝鲸", "x鲸", "x.yaml", "conf.d/x.yaml", "conf.d/x/y.yaml", "aaa/b", "acb/cd", "abbc", "\xff", "a\xff", "dx", "ax", "a]b"}
	for _, p := range patterns {
		for _, n := range names {
			ok, err := filepath.Match(p, n)
			result := fmt.Sprint(ok)
			if err != nil {
				result = "error: " + err.Error()
			}
			fmt.Printf("match\t%q\t%q\t%q\n", p, n, result)
		}
	}
}
