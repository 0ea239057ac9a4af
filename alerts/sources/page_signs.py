"""Signs that a short text is no article, though no known phrase stands in it: several of them together.

A page that blocks, asks or apologises speaks to its visitor, and each site does it in words of its own. Each
kind has some meanings, which are told in eight languages; a short text with enough of them is of that kind.
One of them alone proves nothing: articles are about cookies, members and maintenance too.
"""

import re
from dataclasses import dataclass

from alerts.text.words import words

_MOST = 120  # words of a text that is judged by signs


@dataclass(frozen=True, slots=True)
class _Signs:
    reason: str
    least: int  # meanings that must come together
    meanings: tuple[re.Pattern[str], ...]


def _meaning(told: str) -> re.Pattern[str]:
    """Phrases, divided by semicolons: `~` stands for any end of a word, `…` for up to three words."""
    phrases = (" ".join(phrase.split()) for phrase in told.split(";"))
    return re.compile("|".join(rf"\b{_phrase(one)}\b" for one in phrases if one))


def _phrase(told: str) -> str:
    parts = []
    for word in told.split():
        if word == "…":
            parts.append(r"(?:\w+ ){0,3}")
        else:
            stem = " ".join(words(word))
            parts.append(f"{stem}\\w* " if word.endswith("~") else f"{stem} ")
    return "".join(parts).removesuffix(" ")


def _signs(reason: str, least: int, *meanings: str) -> _Signs:
    return _Signs(reason, least, tuple(map(_meaning, meanings)))


_KINDS = (
    _signs(
        "it is an error page", 2,
        """can't seem to find; couldn't find what; could not find what; you're looking for;
        you are looking for; you were looking for; link you followed;
        link … broken; no longer exists; no longer here;
        may have been moved; may have been removed; may have been deleted; has been moved;
        que has seguido; enlace … roto; no … encontr~ lo que buscas~; haya sido eliminad~; haya sido movid~;
        haya … trasladado; mal escrita; introuvable; n'existe plus; vous avez suivi; lien … rompu;
        a été déplacée; a été supprimée; vous avez saisie; não encontr~; que procura; ter sido removid~;
        endereço … incorreto; ligação … quebrada; такой страницы нет; возможно … удален~; неверной ссылке;
        ссылка устарела; адрес … ошибкой; здесь ничего нет; вы заблудились; لم نعثر; حُذفت الصفحة; الصفحة حُذفت;
        نُقلت إلى; الرابط الذي اتبعته; existiert nicht; seite gibt es nicht; link … veraltet; umbenannt;
        nicht gefunden; nicht finden; aufgerufene~ … adresse; aufgerufene~ … seite; non esiste; che cerca~;
        stat~ spostat~; stat~ rimoss~; che hai seguito""",
        """back to … home~; from the home page; return … home~; to the home~; use the search; try the search;
        search box; search above; start … page; vuelve al inicio; volver al inicio; vuelve a la portada;
        ir a la portada; ir al inicio; el buscador; page d'accueil; à l'accueil; moteur de recherche;
        faites une recherche; página inicial; uma pesquisa; ao início; на главную; воспользуйтесь поиском;
        الصفحة الرئيسية; استخدام البحث; استخدم البحث; zur startseite; die suche; zurück zur; alla home;
        home page; la ricerca; pagina iniziale""",
    ),
    _signs(
        "it is a page that blocks programs", 2,
        """you are … human; you're … human; not a robot; not a bot; were a bot; are you … human;
        eres un robot; eres … humano; es usted humano; un robot; un humain; vous êtes humain; é um robô;
        é humano; не робот; а не робот; не бот; لست روبوتًا; لست برنامج~; أنك إنسان; ein mensch; kein roboter;
        essere … umano; sei un robot; sei umano""",
        """checking your browser; security check; security service; unusual traffic; unusual activity;
        suspicious activity; captcha; tráfico inusual; actividad inusual; actividad sospechosa; comprobando;
        activité inhabituelle; activité suspecte; vérification … navigateur; cochez la case; ddos;
        atividade suspeita; atividade incomum; atividade invulgar; tráfego invulgar; foi bloquead~;
        serviço de segurança; похожи на автоматические; проверка … браузера; проверка безопасности;
        подозрительн~ активност~; نشاطًا غير معتاد; نشاط غير عادي; التحقق الأمني; إكمال التحقق; حل الاختبار;
        ungewöhnlich~ … anfragen; ungewöhnlich~ aktivität~; ihren browser; sicherheitsprüfung;
        lösen sie … aufgabe; attività sospett~; attività insolit~; verifica di sicurezza;
        completa il controllo; traffico insolito""",
        """continue to the site; regain access; reference id; request id; incident id; your ip;
        enable … cookies; continuar navegando; identificador de la solicitud; serás redirigido;
        serez redirigé~; accéder au site; activer javascript; seu ip; acessar este; aceder a este;
        чтобы продолжить; нажмите на флажок; служб~ поддержки; включите javascript; للمتابعة إلى الموقع;
        للوصول إلى الموقع; رقم الطلب; um fortzufahren; vorgangsnummer; website zuzugreifen; per proseguire;
        per continuare; abilitare javascript""",
    ),
    _signs(
        "it is a page that asks for consent", 3,
        """cookie~; tracking; traceurs; ملفات تعريف الارتباط""",
        """our … partners; nuestros … socios; nos … partenaires; partenaires et nous; nossos parceiros;
        seus parceiros; наш~ партнер~; شركاؤنا; شركائنا; وشركاؤنا; unsere~ partner~; nostri … partner""",
        """your device; a device; personal data; tu dispositivo; su dispositivo; datos personales;
        votre appareil; données personnelles; informations personnelles; seu dispositivo; dados pessoais;
        персональных данных; вашем устройстве; جهازك; ihrem gerät; personenbezogene~; dati personali;
        un dispositivo; tuo dispositivo""",
        """accept all; manage options; manage your choices; your choices; withdraw … consent;
        right to object; aceptar todas; puedes aceptar; rechazarlas; tu consentimiento; su consentimiento;
        con tu acuerdo; tus preferencias; votre consentement; votre accord; sans accepter; aceitar tudo;
        clicar em aceitar; pode aceitar; suas escolhas; вы соглашаетесь; продолжая пользоваться;
        принять все; ваше согласие; بالنقر على; موافق على; ihre einwilligung; jederzeit widerrufen;
        akzeptieren und weiter; puoi accettare; accetta tutti; tue scelte""",
        """your privacy; tu privacidad; su privacidad; votre vie privée; sua privacidade;
        вашу конфиденциальность; خصوصيتك; ihre privatsphäre; tua privacy; vostra privacy; la privacidad""",
    ),
    _signs(
        "its site is under maintenance, or not there yet", 3,
        """our … website; our site; this site; nuestra página; nuestra web; nuestro sitio; notre site;
        nosso site; сайт; موقعنا; الموقع; unsere website; unsere seite; il sito; nostro sito; del sito""",
        """right back; back soon; be back; running again; back online; volveremos; volvemos;
        de nuevo en línea; nous revenons; à bientôt; de retour; voltaremos; voltamos; попробуйте зайти;
        скоро вернемся;
        через несколько; سنعود; نعود قريبًا; gleich wieder; noch einmal vorbei; bald wieder; torniamo;
        torneremo; di nuovo online; nuovamente online""",
        """bearing with us; the inconvenience; your patience; las molestias; tu paciencia; su paciencia;
        votre patience; la gêne; pelo incómodo; pelo incômodo; pelo transtorno; sua compreensão;
        приносим извинения; за неудобства; نعتذر عن; صبركم; تفهمكم; ihre geduld; ihr verständnis;
        ci scusiamo; per la pazienza""",
        """making … improvements; being updated; an upgrade; actualizando; tareas de actualización;
        no está disponible; mejorando; intervention technique; peau neuve; inaccessible~; mise à jour;
        melhorias; a atualizar; fora do ar; indisponível; обновляем сайт; технические работы; недоступен;
        تحسين موقعنا; بتحديث الموقع; الصيانة; überarbeitet; nicht erreichbar; wartung~; un aggiornamento;
        lavori in corso; non disponibile""",
    ),
    _signs(
        "it is a page to log in at", 3,
        """sign in; log in; inicia sesión; iniciar sesión; inicie sesión; accede con; faça login;
        inicie sessão; iniciar sessão; connectez vous; identifiez vous; se connecter; войдите; войти;
        سجّل الدخول; تسجيل الدخول; melden sie sich; anmelden; accedi""",
        """password; passwort; contraseña; mot de passe; senha; palavra passe; пароль; كلمة المرور""",
        """members only; subscribers only; for subscribers; for members; article limit;
        para suscriptores; para socios; aux abonnés; aux adhérents; para assinantes; só para assinantes;
        para sócios; только подписчикам; только для подписчиков; по подписке; للمشتركين; für mitglieder;
        für abonnenten; agli abbonati; ai soci""",
        """not a member; already a member; already a subscriber; join today; free account; unlimited access;
        forgot your password; ya tienes cuenta; suscríbete; olvidaste; abonnez vous; déjà abonné;
        pas encore abonné; oublié; já é assinante; ainda não; assine já; registe se; cadastre se; esqueceu;
        уже подписаны; зарегистрируйтесь; оформите подписку; забыли; اشترك الآن; هل نسيت; لديك حساب;
        kein konto; ein konto; hier registrieren; vergessen; sei già abbonato; oppure abbonati;
        nostre offerte; dimenticata""",
    ),
)  # fmt: skip


def signs_of(text: str) -> str:
    """What a short text is, by several signs together: the reason; "" where it may be an article."""
    said = words(text)
    if len(said) > _MOST:
        return ""
    read = " ".join(said)
    for kind in _KINDS:
        if sum(bool(one.search(read)) for one in kind.meanings) >= kind.least:
            return kind.reason
    return ""
