"""What pages say that are no article, though their server answers 200: errors, blocks, consent, logins.

Words alone, in the languages in which they were met, without case and accents (`text/words.py`).
`plausible.py` decides what follows from them.
"""

import re
from dataclasses import dataclass

from alerts.text.words import words


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of such pages. `titles` are whole titles, or parts of one beside the name of the site;
    `phrases` are regular expressions for a part of a title or of a short text."""

    reason: str
    titles: frozenset[str]
    phrases: re.Pattern[str]


def normal(text: str) -> str:
    """A text as the phrases are written: its words alone."""
    return " ".join(words(text))


def _any(*texts: str) -> str:
    return "|".join(map(normal, texts))


def _kind(reason: str, titles: str, *phrases: str) -> PageKind:
    whole = frozenset(normal(title) for title in titles.split(";"))
    return PageKind(reason, whole, re.compile("|".join(rf"\b(?:{one})\b" for one in phrases)))


_PAGE = r"(?:page|url|address|link|content|resource|article|document|file)"
_ASKED = r"(?:(?:that )?you (?:(?:are|were|re) (?:looking|searching) for|(?:have )?requested) |requested )?"
_NOT = (
    r"(?:(?:was|is|has|could|can|does|do) (?:not|no longer)|cannot|can t|doesn t|isn t|couldn t|wasn t|not"
    r"|no longer)"
)
_TREATED = r"(?! (?:treatment|therap|program|dos|medic|opioid|drug|methadone|buprenorphine))"

KINDS = (
    _kind(
        "it is an error page",
        """
        Not found; Page not found; Page cannot be found; Page unavailable; Page not available; File
        not found; Content not found; Article not found; Nothing found; Page does not exist; Page
        missing; Page removed; Page expired; Gone; Error; Error page; Server error; Internal server
        error; Bad gateway; Bad request; Gateway timeout; Gateway time-out; Service unavailable;
        Service temporarily unavailable; Something went wrong; An error occurred; Application error;
        Runtime error; Database error; Error establishing a database connection; We can't find that
        page; This page isn't available; This site can't be reached; Página no encontrada; Página no
        disponible; No encontrado; No se encontró la página; Contenido no encontrado; La página no
        existe; Error interno del servidor; Servicio no disponible; Se ha producido un error; Page
        introuvable; Page non trouvée; Page inexistante; Page indisponible; Contenu introuvable;
        Introuvable; Cette page n'existe pas; Cette page n'existe plus; Erreur; Erreur interne du
        serveur; Service indisponible; Une erreur est survenue; Página não encontrada; Página não
        existe; Página não localizada; Página inexistente; Página indisponível; Não encontrado;
        Conteúdo não encontrado; Erro; Erro interno do servidor; Ocorreu um erro; Serviço
        indisponível; Страница не найдена; Страница не существует; Страница недоступна; Не найдено;
        Запрашиваемая страница не найдена; Ошибка; Внутренняя ошибка сервера; Сервис недоступен;
        Произошла ошибка; الصفحة غير موجودة; لم يتم العثور على الصفحة; الصفحة غير متوفرة; الصفحة غير
        متاحة; غير موجود; خطأ; حدث خطأ; خطأ في الخادم; Seite nicht gefunden; Seite nicht verfügbar;
        Nicht gefunden; Fehler; Interner Serverfehler; Pagina non trovata; Pagina niet gevonden; Nie
        znaleziono strony
        """,
        rf"(?:web ?page|page|url|file) {_ASKED}{_NOT} (?:be |been )?(?:found|exist|exists|available)",
        rf"{_PAGE} (?:you (?:are|were|re) (?:looking|searching) for|you (?:have )?requested) {_NOT} "
        r"(?:be |been )?(?:found|exist|exists|available)",
        r"page (?:may|might) have been (?:moved|removed|deleted)",
        r"looks like something went wrong|nothing was found at this location",
        r"(?:this|the) (?:content|page|post|article|video) (?:isn t|is not) (?:currently )?available",
        rf"(?:can t|cannot|could not|couldn t|can not) find (?:the|that|this|your) {_PAGE}",
        r"pagina (?:que (?:busca|buscas|esta buscando|ha solicitado|solicito) )?(?:solicitada )?(?:ya )?no "
        r"(?:se (?:ha |pudo )?encontr\w*|(?:ha sido |fue )?encontrada|existe|esta disponible)",
        r"page (?:que vous (?:re)?cherchez |que vous (?:avez demandee?|demandez) |demandee )?"
        r"(?:est introuvable|n existe (?:pas|plus)|n a pas (?:ete|pu etre) trouvee?"
        r"|n est (?:pas|plus) disponible)",
        r"pagina (?:que (?:procura|voce (?:procura|esta procurando)|solicitou) )?(?:solicitada )?"
        r"nao (?:foi (?:encontrada|localizada)|existe|esta disponivel|pode ser encontrada)",
        normal("страница") + r"(?: \w+){0,4} не (?:" + _any("найдена", "существует", "доступна") + ")",
        normal("не найдена") + r" (?:\w+ )?" + normal("страница"),
        normal("الصفحة") + r"(?: \w+){0,4} (?:" + _any("غير موجودة", "غير متوفرة") + ")",
        r"seite (?:\w+ ){0,4}(?:nicht gefunden|existiert nicht|konnte nicht gefunden werden)",
        r"error 50[0-4]|50[0-4] error|http error [45]\d\d",
        r"error establishing a database connection",
    ),
    _kind(
        "it is a page that blocks programs",
        """
        Access denied; Access forbidden; Forbidden; Just a moment; Attention required; Pardon our
        interruption; Are you a robot; Are you human; Robot check; Human verification; Security
        check; Security verification; Security challenge; Bot verification; Verification required;
        Captcha; One moment please; One more step; Please wait; Please verify you are a human;
        Checking your browser; Verifying your browser; DDoS protection by Cloudflare; Sorry you have
        been blocked; You have been blocked; Request blocked; Request rejected; Too many requests;
        Unauthorized; Not available in your region; Acceso denegado; Acceso prohibido; Un momento;
        Verificación de seguridad; Accès refusé; Accès interdit; Un instant; Vérification de
        sécurité; Acesso negado; Acesso proibido; Um momento; Доступ запрещен; Доступ запрещён;
        Доступ ограничен; Проверка браузера; Вы не робот; Один момент; Подождите; تم رفض الوصول;
        الوصول مرفوض; ممنوع الوصول; Zugriff verweigert; Zugriff nicht erlaubt; Einen Moment bitte;
        Accesso negato
        """,
        r"made us think (?:that )?you (?:were|are|might be) a (?:ro)?bot",
        r"(?:checking|verifying) (?:if the site connection is secure|your browser|(?:that )?you are)",
        r"(?:verify|confirm|prove) (?:that )?you (?:are|re) (?:a |not a )?(?:human|(?:ro)?bot)",
        r"you (?:have been|are|were) (?:temporarily )?blocked|access to this (?:page|site|website|resource) "
        r"(?:has been|is|was) (?:denied|blocked|restricted)",
        r"(?:don t|do not) have permission to (?:access|view)|request (?:was|has been) blocked",
        r"unusual (?:traffic|activity) from your|performance security by cloudflare|cloudflare ray id",
        r"used cloudflare to restrict",
        r"(?:making|make) sure you (?:are|re) not a (?:ro)?bot|incapsula incident id|^error 10\d\d",
        r"request could not be satisfied|^(?:client|security) challenge$",
        r"complete (?:the|this) (?:captcha|security check)|review the security of your connection",
        r"verifi(?:que|car) que (?:no )?(?:es|eres|usted es) (?:un )?(?:humano|robot)",
        r"verifi(?:er|ez|ons) que vous (?:etes|n etes pas) (?:humain|un humain|un robot)",
        normal("подтвердите что вы не робот") + "|" + normal("докажите что вы не робот"),
        r"enable javascript and cookies to continue",
    ),
    _kind(
        "it is a page that asks for consent",
        """
        Before you continue; We value your privacy; We care about your privacy; Your privacy
        matters; Your privacy is important to us; Privacy settings; Privacy preferences; Cookie
        consent; Cookie settings; Cookie preferences; Cookies; We use cookies; This site uses
        cookies; This website uses cookies; Manage consent; Manage your consent; Consent; Age
        verification; Valoramos su privacidad; Valoramos tu privacidad; Nos importa su privacidad;
        Su privacidad es importante; Configuración de cookies; Uso de cookies; Usamos cookies; Antes
        de continuar; Nous respectons votre vie privée; Votre vie privée nous importe; Le respect de
        votre vie privée est notre priorité; Nous utilisons des cookies; Paramètres des cookies;
        Gestion des cookies; Avant de continuer; Valorizamos a sua privacidade; Valorizamos sua
        privacidade; Utilizamos cookies; Definições de cookies; Мы ценим вашу конфиденциальность; Мы
        используем файлы cookie; Мы используем cookie; Настройки cookie; نحن نقدر خصوصيتك; نحن نهتم
        بخصوصيتك; نستخدم ملفات تعريف الارتباط; Wir schätzen Ihre Privatsphäre; Ihre Privatsphäre ist
        uns wichtig; Datenschutzeinstellungen; Cookie-Einstellungen
        """,
        r"before you continue to",
        r"(?:we|this (?:web)?site|our partners|we and our(?: \d+)? partners) (?:and our(?: \d+)? partners )?"
        r"(?:use|uses|store|stores|store and or access) (?:\w+ ){0,6}cookies?",
        r"we and our(?: \d+)? partners (?:store|process|use)",
        r"(?:accept|reject) all cookies|we value your privacy",
        r"(?:we and our|nous et nos|nosotros y nuestros|nos e os nossos) \d+ "
        r"(?:partners|partenaires|socios|proveedores|parceiros)",
        r"choices (?:regarding|about) (?:the use of )?cookies|choix (?:\w+ ){0,3}cookies",
        r"privacidad(?:e)? (?:es|e) importante para (?:nosotros|nos)",
        r"(?:utilizamos|usamos|utiliza|usa) (?:\w+ ){0,3}cookies",
        r"(?:utilisons|utilise|deposons) (?:\w+ ){0,3}(?:cookies|traceurs)",
        r"(?:verwenden|verwendet|nutzen) (?:\w+ ){0,3}cookies",
        normal("используем") + r" (?:\w+ ){0,3}cookies?",
        normal("использует") + r" (?:\w+ ){0,3}cookies?",
        normal("ملفات تعريف الارتباط"),
    ),
    _kind(
        "its site is under maintenance, or not there yet",
        """
        Maintenance; Maintenance mode; Scheduled maintenance; Down for maintenance; Site
        maintenance; Site under maintenance; Website under maintenance; Under maintenance; Site
        under construction; Under construction; Temporarily unavailable; We'll be back soon; We will
        be right back; Be right back; Coming soon; Site offline; We'll be right back; We
        will be back soon; En mantenimiento; Sitio en
        mantenimiento; Mantenimiento; En construcción; Sitio en construcción; Próximamente; Site en
        maintenance; En maintenance; Maintenance en cours; Site en construction; En construction; Em
        manutenção; Site em manutenção; Manutenção; Em construção; Em breve; Сайт на техническом
        обслуживании; Технические работы; Ведутся технические работы; На сайте ведутся технические
        работы; Техническое обслуживание; Сайт в разработке; الموقع تحت الصيانة; الموقع قيد الصيانة;
        تحت الصيانة; قيد الإنشاء; صيانة; Wartungsarbeiten; Wartung; Wartungsmodus; Im Aufbau; In
        manutenzione
        """,
        r"(?:site|website|page|portal|we|server)s? (?:is|are|re|will be) (?:\w+ ){0,4}maintenance" + _TREATED,
        r"(?:we|site|website) (?:ll|will|are|is)? ?(?:be )?(?:right )?back (?:online )?(?:soon|shortly)",
        r"(?:esta|estamos|se encuentra) (?:actualmente )?en (?:labores de )?mantenimiento",
        r"(?:tareas|trabajos) de mantenimiento|travaux de maintenance|site en (?:cours de )?refonte",
        r"(?:site|page|nous) (?:est|sommes) (?:actuellement )?en (?:cours de )?maintenance",
        r"(?:esta|estamos) (?:atualmente )?em manutencao",
        normal("технические работы") + "|" + normal("техническом обслуживании"),
        normal("تحت الصيانة") + "|" + normal("قيد الصيانة"),
        r"wartungsarbeiten",
    ),
    _kind(
        "it is a page to log in at",
        """
        Log in; Login; Login required; Log in required; Sign in; Sign in required; Sign in to
        continue; Log in to continue; Please log in; Please sign in; Sign in to your account; Log in
        to your account; Members only; Private site; Authentication required; Register to continue;
        Subscribe to continue; Subscribe to continue reading; User account; Iniciar sesión; Inicio de sesión;
        Inicia sesión; Acceso para socios; Acceso restringido; Identifíquese; Connexion; Se
        connecter; Identification; Connectez-vous; Espace membres; Réservé aux abonnés; Accès
        réservé; Entrar; Iniciar sessão; Fazer login; Acesso restrito; Вход; Войти; Авторизация;
        Вход в систему; Вход на сайт; Требуется авторизация; تسجيل الدخول; الدخول مطلوب; Anmelden;
        Anmeldung; Einloggen
        """,
        r"you (?:must|need to|have to) (?:be )?(?:log(?:ged)?|sign(?:ed)?) in",
        r"please (?:log|sign) in (?:or|before|first)|please (?:log|sign) in to your account",
        r"(?:your )?session (?:has )?(?:expired|timed out)$|(?:sesion|sessao) (?:ha )?(?:caducad|expir)\w+$",
        r"(?:log|sign) in (?:or (?:register|sign up|subscribe) )?to (?:continue|view|read|access)",
        r"(?:inicie|inicia|debe iniciar|debes iniciar) sesion (?:para|o)",
        r"(?:vous devez (?:etre connecte|vous connecter)|connectez vous pour)",
        r"(?:faca login|inicie sessao|precisa (?:de )?(?:fazer login|iniciar sessao)) para",
        normal("войдите чтобы") + "|" + normal("необходимо авторизоваться"),
        normal("يجب تسجيل الدخول") + "|" + normal("سجل الدخول"),
    ),
    _kind(
        "it is shown only by a program (JavaScript)",
        """
        JavaScript required; JavaScript is required; JavaScript is disabled; JavaScript is not
        available; Enable JavaScript; Please enable JavaScript; React App; Vite App; Loading;
        Redirecting; Browser not supported; Unsupported browser; Habilite JavaScript; Activez
        JavaScript; Ative o JavaScript; Включите JavaScript; Chargement; Cargando; Carregando;
        Загрузка; جار التحميل
        """,
        r"(?:enable|turn on|activate|requires?|without|needs?) javascript",
        r"javascript (?:is |must be |to be )?(?:required|disabled|enabled|turned off|not enabled)",
        r"javascript is not available",
        r"(?:habilit\w+|activ\w+|requiere) (?:el )?javascript",
        r"(?:activ\w+|necessite) (?:le )?javascript",
        r"(?:ativ\w+|habilit\w+) o javascript",
        normal("включите") + r" (?:\w+ )?javascript",
        normal("تفعيل") + " javascript|" + normal("جافا سكريبت"),
        r"javascript (?:aktivieren|einschalten)|(?:aktivieren|aktiviere) (?:sie )?javascript",
        r"^you are being redirected|^(?:sie werden )?weiter(?:leitung|geleitet)$|^redirection en cours",
        r"(?:your )?browser (?:is (?:not supported|out of date|outdated|no longer supported))",
    ),
    _kind(
        "its domain is parked",
        """
        Domain for sale; This domain is for sale; Domain name for sale; Parked domain; Domain
        parked; Domain parking; Domain expired; This domain has expired; Website expired; Buy this
        domain; Account suspended; This account has been suspended; Website suspended; Default web
        site page; Welcome to nginx; Apache2 Ubuntu default page; Apache2 Debian default page; Test
        page for the Apache HTTP Server; It works; IIS Windows Server; Dominio en venta; Domaine à
        vendre; Nom de domaine à vendre; Domínio à venda; Домен продается; Домен продаётся; النطاق
        للبيع; Domain zu verkaufen; Diese Domain steht zum Verkauf
        """,
        r"domain (?:name )?(?:\w+ ){0,3}(?:is|may be) (?:parked|(?:available )?for (?:sale|purchase))",
        r"^\w+(?: \w+)? (?:com|org|net|info|int|example) is for sale",
        r"(?:buy|purchase) this domain|domain (?:name )?has (?:recently )?(?:been registered|expired)",
        r"(?:este )?dominio (?:esta|se encuentra) (?:a la venta|en venta|a venda|estacionado)",
        r"domaine (?:\w+ ){0,3}est a vendre",
        normal("домен") + r" (?:\w+ ){0,3}(?:" + _any("продается", "выставлен на продажу") + ")",
        r"domain (?:\w+ ){0,3}steht zum verkauf",
    ),
    _kind(
        "its title says nothing",
        """
        Home; Homepage; Home page; Hello world; Sample page; Just another WordPress site; Untitled;
        Untitled document; Untitled page; New page; Document;
        Index; Index of; Welcome; Title; Default; Inicio; Página de inicio; Sin título; Accueil;
        Page d'accueil; Sans titre; Página inicial; Início; Sem título; Главная; Главная страница;
        Без названия; الصفحة الرئيسية; الرئيسية; بدون عنوان; Startseite; Ohne Titel
        """,
        r"^index of \w+.*",
        r"^search results for\b.*|^resultados de (?:la )?busqueda\b.*|^resultats de (?:la )?recherche\b.*",
    ),
)  # fmt: skip

NOTHING_SAID = KINDS[-1]
