//go:build ignore

// Prints url.txt: Go's net/url on many texts.
package main

import (
	"fmt"
	"net/url"
	"strings"
)

func show(u *url.URL, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	user, password, set := "-", "", false
	if u.User != nil {
		user = u.User.Username()
		password, set = u.User.Password()
	}
	return strings.Join([]string{u.Scheme, u.Opaque, user, password, fmt.Sprint(set), u.Host, u.Hostname(), u.Port(), u.Path, u.RawPath, fmt.Sprint(u.ForceQuery), u.RawQuery, u.Fragment, u.RawFragment, fmt.Sprint(u.OmitHost), u.String()}, "|")
}

func main() {
	for _, text := range []string{"", "*", "/", "//", "///", "////a", "a", "a/b", "/a/b", "http://a", "http://a/", "http://a.b:80/c/d?e=f&g#h", "HTTPS://User:Pa%20ss@Host:8080/p%20a/th?q=%zz#fr%20ag", "http://u@h", "http://u:@h", "http://:p@h", "http://@h", "http://a@b@c", "http://a:b:c@h", "http://a b@c", "http://a%zz@c", "http://a/b@c",
		"mailto:a@b.c", "mailto:a?b#c", "file:///etc/x", "file:/etc/x", "file:x", "a:b", "a:/b", "a://", "a:", ":a", "1a:b", "a/b:c", "a:b/c", "./a:b", "+a:b", "a+b-c.d:e", "a_b:c", "//host/path", "//host", "//u@host:1/p", "http:a", "http:/a", "http:///a", "http:?a", "http://?a", "http://a?", "http://a??", "http://a?b?", "?", "?a", "#", "#a", "a#", "a#b#c", "/a%2Fb", "/a%2fb", "/a b", "/a%20b", "/a%", "/a%2", "/a%zz", "/[a]", "/a;b,c", "/a!b'(c)*", "/蓝", "/%E8%93%9D", "http://蓝.com", "http://a%41", "http://a%20b", "http://%E8%93%9D", "http://a b", "http://a<b>\"", "http://a^b", "http://a\\b", "http://a|b", "http://a{b}",
		"http://a:80:90", "http://a:b", "http://a:", "http://a:8o", "ftp://a:80:90", "ftp://a:b:90", "http://[::1]", "http://[::1]:80/x", "http://[::1]:x", "http://[::1]x", "http://[::1", "http://::1]", "http://[", "http://[]", "http://a[b]", "http://[fe80::1%25en0]:8080/", "http://[fe80::1%25en%20x]", "http://[fe80::1%en0]", "http://[v1.x]", "http://[:::]", "http://[1::2::3]", "http://[1:2:3:4:5:6:7:8]", "http://[1:2:3:4:5:6:7:8:9]", "http://[1:2:3]", "http://[1:2:3:4:5:6:7::8]", "http://[12345::]", "http://[1:]", "http://[1:g]", "http://[1:2g]", "http://[::1.2.3]", "http://[::1.2.3.256]", "http://[::1.2.3.04]", "http://[1:2:3:4:5:6:1.2.3.4]", "http://[1:1.2.3.4]", "http://[1:2:3:4:5:6:7:1.2.3.4]", "http://[::1.2.3.4.5]", "http://[::1.2..4]", "http://[fe80::1%25]", "http://[%251]", "http://[x]", "http://[1.2.3.4]", "http://[::ffff:1.2.3.4]", "http://1.2.3.4:5",
		"\x00", "a\x7f", "a\nb", "http://a/\t", "a\xffb", "http://a/\xff", "a#\x01", "a#%zz", "a#b c", "a#b%20c", "a#b<", "a?b c", "a?b#c?d", "oci://registry.example.com:5000/charts/x:1.2.3", "git::https://a/b//c?ref=d", "s3://bucket/key", "proto://user:pass@host", "javascript:alert(1)", "http://a/b/../c", "http://a//b", "http://a/?x=1;y=2", "/:a", ":", "a%3Ab", "%61:b", "./", "../a", "http://a#", "http://a/*", "x:*"} {
		u, err := url.Parse(text)
		fmt.Printf("parse\t%q\t%q\n", text, show(u, err))
	}
	for _, text := range []string{"", "abc", "a b+c%d/e?f=g&h#i", "蓝鲸", "\x00\xff~-._", "!*'();:@&=+$,/?%#[]", "\"<>\\^`{|}"} {
		fmt.Printf("escape\t%q\t%q\t%q\n", text, url.QueryEscape(text), url.PathEscape(text))
	}
	for _, text := range []string{"", "a+b%20c", "%E8%93%9D", "%", "%2", "%zz", "a%zzb", "%ff", "100%"} {
		s, err := url.QueryUnescape(text)
		if err != nil {
			s = "error: " + err.Error()
		}
		fmt.Printf("unescape\t%q\t%q\n", text, s)
	}
	for _, c := range [][7]string{{"", "", "", "", "", "", ""}, {"http", "h", "/p", "q", "", "f", "u"}, {"http", "h", "p", "", "", "", ""}, {"", "h", "p", "", "", "", ""}, {"", "", "a:b", "", "", "", ""}, {"", "", "a/b:c", "", "", "", ""}, {"mailto", "", "", "q", "x@y", "f", ""}, {"http", "", "", "", "", "", ""}, {"http", "", "/p", "", "", "", ""}, {"http", "a b", "/p q", "a b", "", "f g", "u v"}, {"", "", "//x", "", "", "", ""}, {"x", "", "*", "", "", "", ""}, {"http", "h:80", "/%zz", "%", "", "%", ""}} {
		u := url.URL{Scheme: c[0], Host: c[1], Path: c[2], RawQuery: c[3], Opaque: c[4], Fragment: c[5]}
		if c[6] != "" {
			u.User = url.UserPassword(c[6], "p:w")
		}
		fmt.Printf("join\t%q\t%q\t%q\t%q\t%q\t%q\t%q\t%q\n", c[0], c[1], c[2], c[3], c[4], c[5], c[6], u.String())
	}
}
